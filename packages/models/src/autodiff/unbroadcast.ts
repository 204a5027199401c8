import type { GraphBuilder } from '../graph/graph-builder.js';
import type { Shape, Value } from '../graph/graph.js';
import { elementCount, sameShape } from '../graph/shape.js';

/**
 * The gradient of an operand that was broadcast from `operand` to `space`: the sum over the axes along which it was repeated. The
 * gradient itself may be smaller than `space`, one row standing for equal ones; their sum is then a factor. The result broadcasts
 * to `operand`, and has its shape unless such rows remain.
 */
export function unbroadcast(builder: GraphBuilder, gradient: Value, space: Shape, operand: Shape): Value {
  const rank = space.length;
  const aligned = (shape: Shape, axis: number): number => shape[axis - rank + shape.length] ?? 1;
  const axes: number[] = [];
  let factor = 1;
  for (let axis = 0; axis < rank; axis++) {
    const size = space[axis] ?? 1;
    if (size === 1 || aligned(operand, axis) === size) continue;
    if (aligned(gradient.shape, axis) === 1) factor *= size;
    else axes.push(axis - rank);
  }
  const summed = axes.length > 0 ? sum(builder, gradient, axes) : gradient;
  const scaled = factor === 1 ? summed : builder.emit('Mul', [summed, builder.constant(factor)]);
  if (scaled.shape.length <= operand.length) return scaled;
  return builder.emit('Reshape', [scaled], { shape: scaled.shape.slice(scaled.shape.length - operand.length) });
}

/** Blocks of rows that a long sum is done in first. */
const BLOCKS = 64;
const LONG = 1024;

/**
 * Sum over `axes` (negative), which keep size 1. A sum of many rows, such as a bias's gradient, is done in two stages: sums of
 * blocks, then the sum of those. Rounding errors are smaller, and onnxruntime's one-stage sum of rows takes several times as long.
 */
function sum(builder: GraphBuilder, x: Value, axes: readonly number[]): Value {
  const kept = x.shape.length - axes.length;
  const rows = elementCount(x.shape.slice(0, axes.length));
  const leading = axes.every((axis) => axis < -kept);
  if (!leading || rows < LONG || rows % BLOCKS !== 0) return builder.emit('ReduceSum', [x], { axes });
  const rest = x.shape.slice(axes.length);
  const blocks = builder.emit('Reshape', [x], { shape: [BLOCKS, rows / BLOCKS, ...rest] });
  const total = builder.emit('ReduceSum', [builder.emit('ReduceSum', [blocks], { axes: [1] })], { axes: [0, 1] });
  return builder.emit('Reshape', [total], { shape: [...axes.map(() => 1), ...rest] });
}

/** Repeats a gradient that stands for many equal rows. */
export function expandTo(builder: GraphBuilder, gradient: Value, shape: Shape): Value {
  return sameShape(gradient.shape, shape) ? gradient : builder.emit('Expand', [gradient], { shape });
}
