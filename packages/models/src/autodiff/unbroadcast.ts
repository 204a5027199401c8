import type { GraphBuilder } from '../graph/graph-builder.js';
import type { Shape, Value } from '../graph/graph.js';
import { sameShape } from '../graph/shape.js';

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
  const summed = axes.length > 0 ? builder.emit('ReduceSum', [gradient], { axes }) : gradient;
  const scaled = factor === 1 ? summed : builder.emit('Mul', [summed, builder.constant(factor)]);
  if (scaled.shape.length <= operand.length) return scaled;
  return builder.emit('Reshape', [scaled], { shape: scaled.shape.slice(scaled.shape.length - operand.length) });
}

/** Repeats a gradient that stands for many equal rows. */
export function expandTo(builder: GraphBuilder, gradient: Value, shape: Shape): Value {
  return sameShape(gradient.shape, shape) ? gradient : builder.emit('Expand', [gradient], { shape });
}
