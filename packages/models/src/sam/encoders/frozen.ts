import type { GraphBuilder } from '../../graph/graph-builder.js';
import type { Value } from '../../graph/graph.js';
import type { Weights, WeightTensor } from '../../weights/weights.js';
import { weightOf } from '../scope.js';

/** A frozen module's place: where its operators go, and its weights by the last part of their names. They become constants. */
export interface Frozen {
  readonly builder: GraphBuilder;
  readonly weight: (name: string) => WeightTensor;
  /** Whether there is a weight whose name begins so. */
  readonly has: (start: string) => boolean;
  /** Values of a hidden map that may be there at once, where its channels can be computed in groups. */
  readonly hiddenAtOnce: number;
}

export function frozenRoot(builder: GraphBuilder, weights: Weights, hiddenAtOnce = Infinity): Frozen {
  const names = [...weights.keys()];
  return {
    builder,
    weight: (name) => weightOf(weights, name),
    has: (start) => names.some((name) => name.startsWith(start)),
    hiddenAtOnce,
  };
}

/** The place of a submodule. */
export function inside(place: Frozen, prefix: string): Frozen {
  const { weight, has } = place;
  return {
    ...place,
    weight: (name) => weight(`${prefix}.${name}`),
    has: (start) => has(`${prefix}.${start}`),
  };
}

/** The places of `list.0`, `list.1`, … as far as they have weights that begin with `member`. */
export function numbered(place: Frozen, list: string, member = ''): readonly Frozen[] {
  const found: Frozen[] = [];
  const next = () => `${list}.${String(found.length)}`;
  while (place.has(`${next()}.${member}`)) found.push(inside(place, next()));
  return found;
}

/** A weight as a constant. */
export function constantOf({ builder, weight }: Frozen, name: string): Value {
  const { shape, data } = weight(name);
  return builder.constant(data, shape);
}

/** x · Wᵀ + b on rows; `weight` is [outputs, inputs]. [rows, inputs] -> [rows, outputs] */
export function frozenLinear(place: Frozen, rows: Value): Value {
  const operands = [rows, constantOf(place, 'weight'), constantOf(place, 'bias')] as const;
  return place.builder.emit('Gemm', operands, { transB: true });
}

/**
 * Gelu of a linear layer. The bias is an operator of its own, which the engine joins with the Gelu: a product that adds its bias itself
 * writes its whole result once more.
 */
export function activatedLinear(place: Frozen, rows: Value): Value {
  const { builder } = place;
  const product = builder.emit('MatMul', [rows, constantOf(place, 'weight')], { transB: true });
  return builder.emit('Gelu', [builder.emit('Add', [product, constantOf(place, 'bias')])]);
}

/** Normalisation over the last axis. */
export function frozenNorm(place: Frozen, x: Value, epsilon: number): Value {
  const operands = [x, constantOf(place, 'weight'), constantOf(place, 'bias')] as const;
  return place.builder.emit('LayerNormalization', operands, { epsilon });
}
