import { GraphBuilder } from '../graph/graph-builder.js';
import type { Graph, Shape, Value } from '../graph/graph.js';
import { gradientOf } from './names.js';

export interface ClipOptions {
  /** Largest Euclidean norm of all gradients together: where it is more, all are scaled down alike. @default none */
  readonly norm?: number;
  /** Largest magnitude of a gradient's element, after the norm has been clipped. @default none */
  readonly value?: number;
}

/** `norm`: the Euclidean norm of all gradients together, which is no number, or infinite, if one of them is. */
export function gradientNormGraph(shapes: ReadonlyMap<string, Shape>): Graph {
  const builder = new GraphBuilder();
  const sums = [...shapes].map(([name, shape]) => {
    const gradient = builder.input(gradientOf(name), shape);
    const squares = builder.emit('Mul', [gradient, gradient]);
    return builder.emit('ReduceSum', [squares], { axes: shape.map((_, axis) => axis), keepdims: false });
  });
  const sum = sums.reduce((before, each) => builder.emit('Add', [before, each]), builder.constant(0));
  return builder.build({ norm: builder.emit('Sqrt', [sum]) });
}

/** What all gradients are multiplied by, as `torch.nn.utils.clip_grad_norm_` has it. */
export const clipScale = (norm: number, most: number): number => Math.min(1, most / (norm + 1e-6));

/** A gradient within the limits; `scale` is this step's `clipScale`. */
export function clipped(
  builder: GraphBuilder,
  gradient: Value,
  scale: Value | undefined,
  most: number | undefined,
): Value {
  const scaled = scale === undefined ? gradient : builder.emit('Mul', [gradient, scale]);
  if (most === undefined) return scaled;
  const [low, high] = [builder.constant(-most), builder.constant(most)];
  const below = builder.emit('Where', [builder.emit('Greater', [scaled, high]), high, scaled]);
  return builder.emit('Where', [builder.emit('Greater', [low, below]), low, below]);
}
