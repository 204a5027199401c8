import { modelErrors } from '../errors.js';
import type { CheckpointFile } from './checkpoint-file.js';
import { openCheckpoint } from './open-checkpoint.js';
import type { Weights, WeightTensor } from './weights.js';

/**
 * The float tensors of a checkpoint whose names `wanted` takes, as float32 (float64 is rounded). Integer tensors, which are counters
 * and indices, are no weights and are left out. Opens and closes the file where a path is given.
 */
export async function readWeights(
  checkpoint: CheckpointFile | string,
  wanted: (name: string) => boolean = () => true,
): Promise<Weights> {
  if (typeof checkpoint !== 'string') return read(checkpoint, wanted);
  const file = await openCheckpoint(checkpoint);
  try {
    return await read(file, wanted);
  } finally {
    await file.close();
  }
}

const floats = new Set(['F64', 'F32', 'F16', 'BF16']);

async function read(file: CheckpointFile, wanted: (name: string) => boolean): Promise<Weights> {
  const weights = new Map<string, WeightTensor>();
  for (const [name, { dtype }] of file.tensors) {
    if (!floats.has(dtype) || !wanted(name)) continue;
    const { shape, data } = await file.read(name);
    if (data instanceof Float32Array) weights.set(name, { shape, data });
    else if (data instanceof Float64Array) weights.set(name, { shape, data: Float32Array.from(data) });
    else throw modelErrors.MISSING_TENSOR({ path: file.path, name });
  }
  return weights;
}
