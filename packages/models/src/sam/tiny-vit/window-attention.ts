import type { GraphBuilder } from '../../graph/graph-builder.js';
import type { Value } from '../../graph/graph.js';
import type { WeightTensor } from '../../weights/weights.js';
import type { Frozen } from '../encoders/frozen.js';
import { distanceBiases } from './distance-biases.js';
import { headProjections, type HeadProjections } from './head-projections.js';
import { tokenRows, tokensOf, windowKinds, type WindowKind } from './window-kinds.js';

const EPSILON = 1e-5;

/** Which tokens attention takes together: the same in all blocks of one resolution, so that lists are made once. */
export interface AttentionWindows {
  readonly grid: number;
  readonly heads: number;
  readonly kinds: readonly (WindowKind & { readonly tokens: readonly number[] })[];
  /** For each token and head, the row of what is attended to. */
  readonly back: readonly number[];
}

export function attentionWindows({ weight }: Frozen, grid: number): AttentionWindows {
  const [heads, places] = weight('attention_biases').shape as [number, number];
  const kinds = windowKinds(grid, Math.sqrt(places));
  const withTokens = kinds.map((kind) => ({ ...kind, tokens: tokensOf(kind, grid) }));
  return { grid, heads, kinds: withTokens, back: tokenRows(kinds, grid, heads) };
}

/**
 * Attention in windows, with a bias for each head and distance. What the heads give is not projected yet (`headsOutput`).
 * [grid², C] -> [grid², C]
 */
export function windowAttention(place: Frozen, tokens: Value, { heads, kinds, back }: AttentionWindows): Value {
  const { builder } = place;
  const [scale, table] = [place.weight('norm.weight').data, place.weight('attention_biases')];
  const operands = [tokens, builder.constant(scale), builder.constant(new Float32Array(scale.length))] as const;
  const normal = builder.emit('LayerNormalization', operands, { epsilon: EPSILON });
  const projections = headProjections(place);
  const attended = kinds.map((kind) => {
    const values = attend(builder, normal, projections, kind, distanceBiases(kind, table));
    return builder.emit('Reshape', [values], { shape: [-1, scale.length / heads] });
  });
  const rows = attended.length === 1 ? attended[0]! : builder.emit('Concat', attended, { axis: 0 });
  const ordered = builder.emit('Gather', [rows], { indices: back });
  return builder.emit('Reshape', [ordered], { shape: tokens.shape });
}

/** softmax(q · kᵀ + biases) · v in windows of one kind: [grid², C] -> [groups, heads, windows, places, size] */
function attend(
  builder: GraphBuilder,
  normal: Value,
  { q, k, v, queryBias }: HeadProjections,
  { groups, places, isCut, tokens }: AttentionWindows['kinds'][number],
  biases: WeightTensor,
): Value {
  const [heads, channels, size] = q.shape as [number, number, number];
  const [count, windows] = [groups.length, groups[0]!.corners.length];
  const rows = builder.emit('Reshape', [builder.emit('Gather', [normal], { indices: tokens })], {
    shape: [count, 1, windows * places, channels],
  });
  const shape = [count, heads, windows, places, size];
  const split = (x: Value) => builder.emit('Reshape', [x], { shape });
  const queries = split(builder.emit('Add', [builder.emit('MatMul', [rows, q]), queryBias]));
  const [keys, values] = [k, v].map((projection) => {
    const vectors = split(builder.emit('MatMul', [rows, projection]));
    return isCut ? builder.emit('Pad', [vectors], { pads: [0, 0, 0, 0, 0, 0, 0, 0, 1, 0] }) : vectors;
  }) as [Value, Value];
  const products = builder.emit('MatMul', [queries, keys], { transB: true });
  const scores = builder.emit('Add', [products, builder.constant(biases.data, biases.shape)]);
  return builder.emit('MatMul', [builder.emit('Softmax', [scores]), values]);
}
