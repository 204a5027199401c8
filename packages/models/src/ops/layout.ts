import { axisOf, broadcastShapes, elementCount, sameShape } from '../graph/shape.js';
import { defineOp } from './define-op.js';

export const Reshape = defineOp('Reshape', {
  arity: 1,
  infer: ([x], { shape }, mismatch) => {
    const known = elementCount(shape.filter((size) => size !== -1));
    const resolved = shape.map((size) => (size === -1 ? elementCount(x.shape) / known : size));
    const valid = resolved.every((size) => Number.isInteger(size) && size >= 0);
    if (!valid || elementCount(resolved) !== elementCount(x.shape)) {
      throw mismatch(`[${shape.join(', ')}] does not hold the same number of elements`);
    }
    return [{ shape: resolved, dtype: x.dtype }];
  },
  gradient: ({ emit, inputs: [x], dy }) => [emit('Reshape', [dy], { shape: x.shape })],
  onnx: ({ names, outputs, int64 }) => ({ inputs: [...names, int64(outputs[0]?.shape ?? [])] }),
});

export const Transpose = defineOp('Transpose', {
  arity: 1,
  infer: ([x], { perm }, mismatch) => {
    if (
      !sameShape(
        [...perm].sort((a, b) => a - b),
        [...x.shape.keys()],
      )
    ) {
      throw mismatch(`perm [${perm.join(', ')}] is no order of its ${String(x.shape.length)} axes`);
    }
    return [{ shape: perm.map((axis) => x.shape[axis] ?? 1), dtype: x.dtype }];
  },
  gradient: ({ emit, attrs: { perm }, dy }) => [
    emit('Transpose', [dy], { perm: [...perm.keys()].map((axis) => perm.indexOf(axis)) }),
  ],
  onnx: ({ attrs: { perm } }) => ({ attributes: { perm } }),
});

/** Repeats along axes of size 1. Plain broadcasting does without; this is for where one shape is required, as in Concat. */
export const Expand = defineOp('Expand', {
  arity: 1,
  elementwise: true,
  infer: ([x], { shape }, mismatch) => {
    const expanded = broadcastShapes(x.shape, shape);
    if (expanded === undefined || !sameShape(expanded, shape))
      throw mismatch(`it does not expand to [${shape.join(', ')}]`);
    return [{ shape, dtype: x.dtype }];
  },
  gradient: ({ dy }) => [dy],
  onnx: ({ names, attrs: { shape }, int64 }) => ({ inputs: [...names, int64(shape)] }),
});

/** Zeros around the tensor; what they got of the gradient is cut off. */
export const Pad = defineOp('Pad', {
  arity: 1,
  infer: ([x], { pads }, mismatch) => {
    const rank = x.shape.length;
    if (pads.length !== 2 * rank || pads.some((count) => count < 0 || !Number.isInteger(count))) {
      throw mismatch(
        `pads [${pads.join(', ')}] must be ${String(2 * rank)} counts: before each axis, then after each axis`,
      );
    }
    return [
      { shape: x.shape.map((size, axis) => size + (pads[axis] ?? 0) + (pads[axis + rank] ?? 0)), dtype: x.dtype },
    ];
  },
  gradient: ({ emit, attrs: { pads }, inputs: [x], dy }) => {
    const inside = x.shape.reduce((rest, size, axis) => {
      const start = pads[axis] ?? 0;
      return size === dy.shape[axis] ? rest : emit('Slice', [rest], { axis, start, end: start + size });
    }, dy);
    return [inside];
  },
  onnx: ({ names, attrs: { pads }, int64 }) => ({ inputs: [...names, int64(pads)] }),
});

/** A range of one axis; the gradient of what was left out is zero. */
export const Slice = defineOp('Slice', {
  arity: 1,
  infer: ([x], { axis, start, end }, mismatch) => {
    const at = axisOf(axis, x.shape.length);
    if (at === undefined) throw mismatch(`it has no axis ${String(axis)}`);
    const size = x.shape[at] ?? 1;
    const [from, to] = [fromEnd(start, size), fromEnd(end, size)];
    if (!(from >= 0 && from < to && to <= size)) {
      throw mismatch(`${String(start)} to ${String(end)} is no range of axis ${String(axis)}`);
    }
    return [{ shape: x.shape.map((original, i) => (i === at ? to - from : original)), dtype: x.dtype }];
  },
  gradient: ({ emit, attrs: { axis, start, end }, inputs: [x], dy }) => {
    const rank = x.shape.length;
    const at = axisOf(axis, rank) ?? 0;
    const size = x.shape[at] ?? 1;
    const pads = new Array<number>(2 * rank).fill(0);
    pads[at] = fromEnd(start, size);
    pads[at + rank] = size - fromEnd(end, size);
    return [emit('Pad', [dy], { pads })];
  },
  onnx: ({ names, attrs: { axis, start, end }, int64 }) => ({
    inputs: [...names, int64([start]), int64([end]), int64([axis])],
  }),
});

const fromEnd = (index: number, size: number): number => (index < 0 ? index + size : index);
