import type { SluiceError } from '@sluice/core';
import type { Shape, Value, ValueType } from '../graph/graph.js';
import type { Emit, OpAttrs } from '../graph/op-signatures.js';
import { axisOf, elementCount, withSizes } from '../graph/shape.js';
import { defineOp } from './define-op.js';

/** The gradient is `dy` for every element; it stays one row that stands for all. */
export const ReduceSum = defineOp('ReduceSum', {
  arity: 1,
  defaults: { keepdims: true },
  infer: ([x], attrs, mismatch) => [reducedType(x, attrs, mismatch)],
  gradient: ({ emit, attrs, inputs: [x], dy }) => [keptDims(emit, dy, x.shape, attrs.axes)],
  onnx: ({ names, attrs: { axes, keepdims }, int64 }) => ({
    inputs: [...names, int64(axes)],
    attributes: { keepdims: Number(keepdims) },
  }),
});

export const ReduceMean = defineOp('ReduceMean', {
  arity: 1,
  defaults: { keepdims: true },
  infer: ([x], attrs, mismatch) => [reducedType(x, attrs, mismatch)],
  gradient: ({ emit, attrs, inputs: [x], y, dy, scalar }) => {
    const share = elementCount(y.shape) / elementCount(x.shape);
    return [emit('Mul', [keptDims(emit, dy, x.shape, attrs.axes), scalar(share)])];
  },
  onnx: ({ attrs: { axes, keepdims } }) => ({ attributes: { axes, keepdims: Number(keepdims) } }),
});

/** What the largest element gets; equal ones get it each. */
export const ReduceMax = defineOp('ReduceMax', {
  arity: 1,
  defaults: { keepdims: true },
  infer: ([x], attrs, mismatch) => [reducedType(x, attrs, mismatch)],
  gradient: ({ emit, attrs, inputs: [x], y, dy }) => {
    const isLargest = emit('GreaterOrEqual', [x, keptDims(emit, y, x.shape, attrs.axes)]);
    return [emit('Mul', [keptDims(emit, dy, x.shape, attrs.axes), emit('Cast', [isLargest], { to: 'float32' })])];
  },
  onnx: ({ attrs: { axes, keepdims } }) => ({ attributes: { axes, keepdims: Number(keepdims) } }),
});

function reducedType(
  x: ValueType,
  { axes, keepdims }: OpAttrs<'ReduceSum'>,
  mismatch: (reason: string) => SluiceError,
): ValueType {
  const reduced = axes.map((axis) => axisOf(axis, x.shape.length));
  if (axes.length === 0 || reduced.includes(undefined) || new Set(reduced).size !== axes.length) {
    throw mismatch(`axes [${axes.join(', ')}] must be one or more different axes of the input`);
  }
  const shape = keepdims
    ? x.shape.map((size, axis) => (reduced.includes(axis) ? 1 : size))
    : x.shape.filter((_, axis) => !reduced.includes(axis));
  return { shape, dtype: x.dtype };
}

/** Gives a reduced tensor its reduced axes back, with size 1. */
function keptDims(emit: Emit, reduced: Value, full: Shape, axes: readonly number[]): Value {
  if (reduced.shape.length === full.length) return reduced;
  const positions = axes.map((axis) => axisOf(axis, full.length) ?? 0);
  return emit('Reshape', [reduced], { shape: withSizes(full, positions, 1) });
}
