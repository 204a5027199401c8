import { canonicalDigest, type ContentStore } from '@sluice/core';
import { imageEncoderDigest, refuseLargeEncoder, type Checkpoint, type TensorEngine } from '@sluice/models';
import type { ChosenImages, LabelledImage } from './gather-images.js';
import type { QuantizeOptions } from './options.js';
import { quantizeCheckpoint, type Quantization } from './quantize-checkpoint.js';
import type { QuantizationRecord } from './quantization-record.js';
import type { Tools } from './tools.js';
import { QUANTIZER_VERSION } from './version.js';

/** What quantizing a checkpoint gives, from the store where that has it. */
export async function keptQuantization(
  checkpoint: Checkpoint,
  images: ChosenImages,
  options: QuantizeOptions,
  tools: Tools,
): Promise<{ readonly quantization: Quantization; readonly computed: boolean }> {
  await refuseLargeEncoder(checkpoint.model); // hours before it would be found out
  const key = await quantizationKey(checkpoint, images, options, tools.engine);
  const kept = await readQuantization(tools.store, key);
  if (kept !== undefined) return { quantization: kept, computed: false };
  const quantization = await quantizeCheckpoint(checkpoint, images, options, tools);
  await writeQuantization(tools.store, key, quantization);
  return { quantization, computed: true };
}

/** Key of what quantizing a checkpoint gives: all that it depends on. */
async function quantizationKey(
  { digest, model, epoch }: Checkpoint,
  images: ChosenImages,
  { folder: _, ...options }: QuantizeOptions,
  { name, version }: Pick<TensorEngine, 'name' | 'version'>,
): Promise<string> {
  const labelled = ({ key, input, prompted, embedding }: LabelledImage) => ({
    ...{ key, input: input.digest, prompts: prompted.identity() },
    ...(embedding && { embedding: embedding.digest }),
  });
  return canonicalDigest({
    what: 'quantization',
    version: QUANTIZER_VERSION,
    engine: { name, version },
    checkpoint: { digest, model, epoch, encoder: await imageEncoderDigest(model) },
    options,
    calibration: images.calibration.map(labelled),
    val: images.val.map(labelled),
    test: images.test.map(labelled),
  });
}

/** What the store has under the key, whole. */
async function readQuantization(store: ContentStore, key: string): Promise<Quantization | undefined> {
  const record = await store.read(key);
  const encoder = await store.read(fileKey(key, 'encoder'));
  const decoder = await store.read(fileKey(key, 'decoder'));
  if (record === undefined || encoder === undefined || decoder === undefined) return undefined;
  return { record: JSON.parse(Buffer.from(record).toString()) as QuantizationRecord, files: { encoder, decoder } };
}

async function writeQuantization(store: ContentStore, key: string, { record, files }: Quantization): Promise<void> {
  await store.write(fileKey(key, 'encoder'), files.encoder);
  await store.write(fileKey(key, 'decoder'), files.decoder);
  await store.write(key, Buffer.from(JSON.stringify(record)));
}

const fileKey = (quantization: string, file: 'encoder' | 'decoder'): string => canonicalDigest({ quantization, file });
