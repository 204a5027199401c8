import { GraphBuilder } from '../graph/graph-builder.js';
import type { Graph, Shape, Value } from '../graph/graph.js';

export interface AdamOptions {
  readonly name: 'adam';
  /** Decay of the mean of gradients. @default 0.9 */
  readonly beta1?: number;
  /** Decay of the mean of squared gradients. @default 0.999 */
  readonly beta2?: number;
  /** @default 1e-8 */
  readonly epsilon?: number;
}

/** Names of a parameter's tensors in the optimiser's graph. All are inputs; all but `gradient` also come out, as `next:<name>`. */
export const adamNames = (parameter: string) =>
  ({
    value: parameter,
    gradient: `gradient:${parameter}`,
    mean: `mean:${parameter}`,
    square: `square:${parameter}`,
  }) as const;

/** Name of the output that replaces an input. */
export const next = (name: string): string => `next:${name}`;

/**
 * Adam (Kingma & Ba 2015) on all parameters, as PyTorch computes it, without weight decay:
 * m ← β₁m + (1 - β₁)g, v ← β₂v + (1 - β₂)g², p ← p - stepSize · m / (√v · secondScale + ε). The two scalars carry the learning
 * rate and the bias corrections, see `adamScalars`.
 */
export function adamGraph(shapes: ReadonlyMap<string, Shape>, options: AdamOptions): Graph {
  const { beta1 = 0.9, beta2 = 0.999, epsilon = 1e-8 } = options;
  const builder = new GraphBuilder();
  const stepSize = builder.input('stepSize', []);
  const secondScale = builder.input('secondScale', []);
  const scaled = (x: Value, factor: number): Value => builder.emit('Mul', [x, builder.constant(factor)]);
  const outputs: Record<string, Value> = {};
  for (const [name, shape] of shapes) {
    const names = adamNames(name);
    const value = builder.input(names.value, shape);
    const gradient = builder.input(names.gradient, shape);
    const mean = builder.emit('Add', [scaled(builder.input(names.mean, shape), beta1), scaled(gradient, 1 - beta1)]);
    const squared = scaled(builder.emit('Mul', [gradient, gradient]), 1 - beta2);
    const square = builder.emit('Add', [scaled(builder.input(names.square, shape), beta2), squared]);
    const deviation = builder.emit('Mul', [builder.emit('Sqrt', [square]), secondScale]);
    const divisor = builder.emit('Add', [deviation, builder.constant(epsilon)]);
    const step = builder.emit('Div', [builder.emit('Mul', [mean, stepSize]), divisor]);
    outputs[next(names.value)] = builder.emit('Sub', [value, step]);
    outputs[next(names.mean)] = mean;
    outputs[next(names.square)] = square;
  }
  return builder.build(outputs);
}

/** The graph's scalars at a step (1, 2, ...). */
export function adamScalars(
  step: number,
  learningRate: number,
  { beta1 = 0.9, beta2 = 0.999 }: AdamOptions,
): { readonly stepSize: number; readonly secondScale: number } {
  return { stepSize: learningRate / (1 - beta1 ** step), secondScale: 1 / Math.sqrt(1 - beta2 ** step) };
}
