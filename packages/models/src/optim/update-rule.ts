import type { GraphBuilder } from '../graph/graph-builder.js';
import type { Value } from '../graph/graph.js';

/** How an optimiser moves one parameter; the same for all of them. */
export interface UpdateRule {
  /** What it remembers of each parameter, zeros of the parameter's shape at first. */
  readonly moments: readonly string[];
  /** The graph's scalars at a step (1, 2, ...). */
  readonly scalars: (step: number, learningRate: number) => Readonly<Record<string, number>>;
  /** Adds the new value and the new moments to the graph. */
  readonly apply: (at: ParameterUpdate) => { readonly value: Value; readonly moments: Readonly<Record<string, Value>> };
}

/** A parameter in an optimiser's graph, before its step. */
export interface ParameterUpdate {
  readonly builder: GraphBuilder;
  readonly value: Value;
  readonly gradient: Value;
  readonly moment: (name: string) => Value;
  readonly scalar: (name: string) => Value;
}

/** factor · x */
export const scaled = (builder: GraphBuilder, x: Value, factor: number): Value =>
  builder.emit('Mul', [x, builder.constant(factor)]);

/** g + weightDecay · p: a penalty of weightDecay/2 · |p|² in the loss. */
export function withPenalty({ builder, value, gradient }: ParameterUpdate, weightDecay: number): Value {
  return weightDecay === 0 ? gradient : builder.emit('Add', [gradient, scaled(builder, value, weightDecay)]);
}
