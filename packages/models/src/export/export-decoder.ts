import { createRequire } from 'node:module';
import { readFile } from 'node:fs/promises';
import { writeFileAtomic } from '@sluice/core';
import { parameterCount } from '../cost/parameter-count.js';
import { encoderGraph } from '../encoder/encoder-graph.js';
import { modelErrors } from '../errors.js';
import { onnxModel } from '../onnx/emit-onnx.js';
import type { OnnxModel } from '../onnx/onnx-schema.js';
import { readOnnx, readOnnxFile } from '../onnx/read-onnx.js';
import { writeOnnxFile, type WriteOnnxFileOptions } from '../onnx/write-onnx-file.js';
import { MOST_BYTES, writeOnnx } from '../onnx/write-onnx.js';
import { filePorts } from '../sam/encoders/encoder-ports.js';
import { writeSamWeights } from '../weights/load-sam-weights.js';
import { openCheckpoint } from '../weights/open-checkpoint.js';
import type { Weights } from '../weights/weights.js';
import { embeddedModel, isModelFile, samInput } from '../zoo/model-zoo.js';
import { resolveModelFile } from '../zoo/resolve-model-file.js';
import { selectTrainedToken } from './select-trained-token.js';

export interface ExportDecoderOptions {
  /** Zoo model, or path of the checkpoint, that the weights were fine-tuned from. */
  readonly model: string;
  /** Epoch that the weights are of, for the file's metadata. */
  readonly epoch: number;
}

/**
 * A fine-tuned decoder with the interface of SAM's official one: `image_embeddings`, `point_coords`, `point_labels`, `mask_input`,
 * `has_mask_input`, `orig_im_size` to `masks`, `iou_predictions`, `low_res_masks`. It answers every prompt with mask token 0, the one that
 * was trained. `weights` has the names of SAM's checkpoints.
 */
export async function decoderModel(weights: Weights, { model, epoch }: ExportDecoderOptions): Promise<OnnxModel> {
  // All of SAM's models have one decoder, so one file serves as the form of all.
  const template = await resolveModelFile(embeddedModel, 'decoder');
  const decoder = await readOnnxFile(template);
  writeSamWeights(decoder, weights, template);
  selectTrainedToken(decoder, template);
  return withMetadata(decoder, { ...modelMetadata(model), 'sluice.epoch': String(epoch), 'sluice.mask_token': '0' });
}

/** Writes the decoder as an ONNX file. */
export async function exportDecoder(weights: Weights, path: string, options: ExportDecoderOptions): Promise<void> {
  await writeFileAtomic(path, writeOnnx(await decoderModel(weights, options)));
}

/**
 * The file of a model's image encoder that stands beside an exported decoder: `input` [1, 3, 1024, 1024] to `output` [1, 256, 64, 64]. One
 * that is an ONNX file is taken as it is, verified; one of a checkpoint becomes our graph of it. Throws `models/MODEL_TOO_LARGE`.
 */
export async function encoderFile(model: string): Promise<Uint8Array> {
  const file = await encoderOnnxFile(model);
  return file === undefined ? writeOnnx(await encoderOf(model)) : readFile(file);
}

/** Writes that file, and a second one for tensors that it can't hold. Returns the paths, the model's first. */
export async function exportEncoder(
  model: string,
  path: string,
  options: WriteOnnxFileOptions = {},
): Promise<readonly string[]> {
  const file = await encoderOnnxFile(model);
  if (file === undefined) return writeOnnxFile(path, await encoderOf(model), options);
  await writeFileAtomic(path, await readFile(file));
  return [path];
}

/** Our graph of a model's image encoder, with the same interface: what is quantized. Throws `models/MODEL_TOO_LARGE`. */
export async function encoderModel(model: string): Promise<OnnxModel> {
  await refuseLargeEncoder(model);
  const encoder = readOnnx(writeOnnx(await encoderOf(model)), `the image encoder of ${model}`);
  return withMetadata(encoder, modelMetadata(model));
}

/** Throws `models/MODEL_TOO_LARGE` for a model whose image encoder one ONNX file can't hold, by the shapes in its file. */
export async function refuseLargeEncoder(model: string): Promise<void> {
  const { tensors, close } = await openCheckpoint(
    isModelFile(model) ? model : await resolveModelFile(model, 'encoder'), // which reads a file of one's own whole, for its digest
  );
  await close();
  const bytes = 4 * parameterCount(tensors, (name) => name.startsWith('image_encoder.'));
  if (bytes > MOST_BYTES) throw modelErrors.MODEL_TOO_LARGE({ model: `the image encoder of ${model}`, bytes });
}

/** Where the encoder is an ONNX file itself. */
async function encoderOnnxFile(model: string): Promise<string | undefined> {
  const file = await resolveModelFile(model, 'encoder');
  return /\.onnx$/i.test(file) ? file : undefined;
}

const encoderOf = async (model: string): Promise<OnnxModel> =>
  onnxModel(await encoderGraph(model, samInput.size, filePorts));

/** The model with more metadata, which any runtime shows; what it has under the same names is replaced. */
export function withMetadata(model: OnnxModel, entries: Readonly<Record<string, string>>): OnnxModel {
  const before = (model.metadataProps ?? []).filter(({ key }) => !(key in entries));
  return { ...model, metadataProps: [...before, ...Object.entries(entries).map(([key, value]) => ({ key, value }))] };
}

/** What a client must know to prepare images. */
function modelMetadata(model: string): Readonly<Record<string, string>> {
  const { mean, std, size } = samInput;
  return {
    'sluice.version': version,
    'sluice.model': model,
    'sluice.image_size': String(size),
    'sluice.pixel_mean': mean.join(','),
    'sluice.pixel_std': std.join(','),
  };
}

const { version } = createRequire(import.meta.url)('../../package.json') as { version: string };
