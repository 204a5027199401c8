import { modelErrors } from '../errors.js';
import { elementCount } from '../graph/shape.js';
import type { OnnxModel } from '../onnx/onnx-schema.js';
import { readOnnxFile } from '../onnx/read-onnx.js';
import { float32Values } from '../onnx/tensor-values.js';
import { embeddedModel } from '../zoo/model-zoo.js';
import { resolveModelFile } from '../zoo/resolve-model-file.js';
import { openCheckpoint } from './open-checkpoint.js';
import { readSamCheckpoint } from './read-sam-checkpoint.js';
import { samDecoderPlaces, type WeightPlace } from './sam-decoder-places.js';
import { transposed as transpose } from './transposed.js';
import type { Weights } from './weights.js';

/**
 * The prompt encoder's and mask decoder's weights under the names of SAM's checkpoints: of a zoo model by its name, or of a file by its
 * path (`.pt`, `.pth`, `.safetensors`, or a decoder's `.onnx`; the content decides). `log` is told what was done to find them.
 */
export async function loadSamWeights(model: string, log: (note: string) => void = () => undefined): Promise<Weights> {
  const path = await resolveModelFile(model, 'decoder');
  const checkpoint = await openCheckpoint(path);
  try {
    if (checkpoint.format === 'onnx') return readSamWeights(await readOnnxFile(path), path);
    for (const note of checkpoint.notes) log(`${path}: ${note}`);
    return await readSamCheckpoint(checkpoint, await loadSamWeights(embeddedModel)); // all of SAM's models have one decoder
  } finally {
    await checkpoint.close();
  }
}

/** The weights in a decoder's ONNX model; `path` names it in errors. */
export function readSamWeights(model: OnnxModel, path: string): Weights {
  return new Map(
    samDecoderPlaces(model, path).map((place) => {
      const { name, shape, initializer, offset, transposed } = place;
      const part = float32Values(initializer, path).data.slice(offset, offset + elementCount(shape));
      const data = transposed ? transpose(part, shape[1]!, shape[0]!) : part;
      return [name, { shape, data }];
    }),
  );
}

/** Puts weights into a decoder's ONNX model, in place: every tensor of the model gets a new value. Throws `models/BAD_WEIGHTS`. */
export function writeSamWeights(model: OnnxModel, weights: Weights, path: string): void {
  const places = samDecoderPlaces(model, path);
  const known = new Set(places.map(({ name }) => name));
  const unknown = [...weights.keys()].find((name) => /^(prompt_encoder|mask_decoder)\./.test(name) && !known.has(name));
  if (unknown !== undefined) throw modelErrors.BAD_WEIGHTS({ name: unknown, problem: `${path} has no such tensor` });
  for (const place of places) writePlace(place, weights, path);
}

function writePlace(
  { name, shape, initializer, offset, transposed }: WeightPlace,
  weights: Weights,
  path: string,
): void {
  const weight = weights.get(name);
  if (weight === undefined) throw modelErrors.BAD_WEIGHTS({ name, problem: 'it is missing' });
  const wanted = shape.join(', ');
  if (weight.shape.join(', ') !== wanted || weight.data.length !== elementCount(shape)) {
    throw modelErrors.BAD_WEIGHTS({ name, problem: `expected shape [${wanted}], got [${weight.shape.join(', ')}]` });
  }
  const all = float32Values(initializer, path).data;
  all.set(transposed ? transpose(weight.data, shape[0]!, shape[1]!) : weight.data, offset);
  initializer.rawData = new Uint8Array(all.buffer);
  initializer.floatData = [];
}
