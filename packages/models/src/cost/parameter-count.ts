import { elementCount } from '../graph/shape.js';
import type { TensorInfo } from '../weights/checkpoint-file.js';

const floats = new Set(['F64', 'F32', 'F16', 'BF16']);
/** Kept by BatchNorm to normalise with, not learned by descent. */
const statistics = /\.running_(mean|var)$/;

/** The parameters of a model by its checkpoint's names and shapes alone, of the tensors that `wanted` takes. Integers and statistics are none. */
export function parameterCount(
  tensors: ReadonlyMap<string, TensorInfo>,
  wanted: (name: string) => boolean = () => true,
): number {
  let count = 0;
  for (const [name, { shape, dtype }] of tensors) {
    if (floats.has(dtype) && !statistics.test(name) && wanted(name)) count += elementCount(shape);
  }
  return count;
}
