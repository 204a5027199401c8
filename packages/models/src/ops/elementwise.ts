import type { SluiceError } from '@sluice/core';
import type { ValueType } from '../graph/graph.js';
import { broadcastShapes } from '../graph/shape.js';

/** Shape rule of operators that work on two broadcast tensors of one dtype. */
export function inferBroadcast(
  [a, b]: readonly [ValueType, ValueType],
  mismatch: (reason: string) => SluiceError,
): ValueType {
  const shape = broadcastShapes(a.shape, b.shape);
  if (shape === undefined) throw mismatch('the shapes do not broadcast; sizes must be equal, or one of them 1');
  if (a.dtype !== b.dtype) throw mismatch(`the dtypes ${a.dtype} and ${b.dtype} differ; insert a Cast`);
  return { shape, dtype: a.dtype };
}
