import { createRequire } from 'node:module';
import { readFile } from 'node:fs/promises';
import { writeFileAtomic } from '@sluice/core';
import { encoderGraph } from '../encoder/encoder-graph.js';
import { emitOnnx } from '../onnx/emit-onnx.js';
import { readOnnxFile } from '../onnx/read-onnx.js';
import { writeOnnx } from '../onnx/write-onnx.js';
import { filePorts } from '../sam/encoders/encoder-ports.js';
import { writeSamWeights } from '../weights/load-sam-weights.js';
import type { Weights } from '../weights/weights.js';
import { embeddedModel, samInput } from '../zoo/model-zoo.js';
import { resolveModelFile } from '../zoo/resolve-model-file.js';
import { selectTrainedToken } from './select-trained-token.js';

export interface ExportDecoderOptions {
  /** Zoo model, or path of the checkpoint, that the weights were fine-tuned from. */
  readonly model: string;
  /** Epoch that the weights are of, for the file's metadata. */
  readonly epoch: number;
}

/**
 * Writes a fine-tuned decoder as an ONNX file with the interface of SAM's official decoder: `image_embeddings`, `point_coords`,
 * `point_labels`, `mask_input`, `has_mask_input`, `orig_im_size` to `masks`, `iou_predictions`, `low_res_masks`. It answers every
 * prompt with mask token 0, the one that was trained. `weights` has the names of SAM's checkpoints.
 */
export async function exportDecoder(
  weights: Weights,
  path: string,
  { model, epoch }: ExportDecoderOptions,
): Promise<void> {
  const { mean, std, size } = samInput;
  // All of SAM's models have one decoder, so one file serves as the form of all.
  const template = await resolveModelFile(embeddedModel, 'decoder');
  const decoder = await readOnnxFile(template);
  writeSamWeights(decoder, weights, template);
  selectTrainedToken(decoder, template);
  decoder.metadataProps = Object.entries({
    'sluice.version': version,
    'sluice.model': model,
    'sluice.epoch': String(epoch),
    'sluice.mask_token': '0',
    'sluice.image_size': String(size),
    'sluice.pixel_mean': mean.join(','),
    'sluice.pixel_std': std.join(','),
  }).map(([key, value]) => ({ key, value }));
  await writeFileAtomic(path, writeOnnx(decoder));
}

/**
 * Writes a model's image encoder to stand beside an exported decoder: `input` [1, 3, 1024, 1024] to `output` [1, 256, 64, 64]. One that is
 * an ONNX file is copied, verified; one of a checkpoint becomes our graph of it.
 */
export async function exportEncoder(model: string, path: string): Promise<void> {
  const file = await resolveModelFile(model, 'encoder');
  const isOnnx = /\.onnx$/i.test(file);
  await writeFileAtomic(
    path,
    isOnnx ? await readFile(file) : emitOnnx(await encoderGraph(model, samInput.size, filePorts)),
  );
}

const { version } = createRequire(import.meta.url)('../../package.json') as { version: string };
