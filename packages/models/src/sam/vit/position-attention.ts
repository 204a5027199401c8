import type { GraphBuilder } from '../../graph/graph-builder.js';
import type { Value } from '../../graph/graph.js';
import { projectedVectors, scaledQueries, windowTokens, type AttentionRows } from '../encoders/attention-rows.js';
import { frozenLinear, inside, type Frozen } from '../encoders/frozen.js';
import { placeMarks, positionTable, relativePositions, type RelativePositions } from './relative-positions.js';

/** At most so many scores at a time: they then stay in the processor's cache between their product, softmax and the next product. */
const SCORES = 2 ** 21;

/** A window of longer sides adds its relative positions to the scores: that is passes over them, where the product grows with the side. */
const LONGEST_IN_PRODUCT = 32;

/** Queries, keys and values of some windows and heads: each [batch, places, size]. */
type Vectors = readonly [q: Value, k: Value, v: Value];

/** Attention in windows with decomposed relative positions, some windows and heads at a time. [grid², C] -> [grid², C] */
export function positionAttention(place: Frozen, normal: Value, rows: AttentionRows): Value {
  const { builder, weight } = place;
  const channels = normal.shape[1]!;
  const { heads, windows } = rows;
  const { side } = windows;
  const [size, places, batch] = [channels / heads, side * side, windows.across ** 2 * heads];
  const padding = builder.constant(new Float32Array(channels), [1, channels]);
  const projection = scaledQueries(builder, weight('qkv.weight'), weight('qkv.bias'), size, (row) => row < channels);
  const vectors = projectedVectors(builder, normal, padding, projection, rows);
  const tables = ['rel_pos_h', 'rel_pos_w'].map((name) => positionTable(builder, weight(name), side, size)) as [
    Value,
    Value,
  ];

  const perPart = Math.max(1, Math.floor(SCORES / places ** 2));
  const parts = Array.from({ length: Math.ceil(batch / perPart) }, (_, part) => {
    const [start, end] = [part * perPart, Math.min(batch, (part + 1) * perPart)];
    const some = rows.into.map((all) => {
      const indices = all.slice(start * places, end * places);
      return builder.emit('Reshape', [builder.emit('Gather', [vectors], { indices })], {
        shape: [end - start, places, size],
      });
    }) as unknown as Vectors;
    const positions = relativePositions(builder, some[0], tables);
    return side > LONGEST_IN_PRODUCT
      ? attendAdding(builder, some, positions)
      : attendExtended(builder, some, positions);
  });
  const attended = parts.length === 1 ? parts[0]! : builder.emit('Concat', parts, { axis: 0 });
  return frozenLinear(inside(place, 'proj'), windowTokens(builder, attended, rows));
}

/**
 * softmax(q · kᵀ + relative positions) · v as products alone: a query goes on with its sums for each row and column of the window, a key with
 * ones at its own row and column.
 */
function attendExtended(builder: GraphBuilder, [q, k, v]: Vectors, { byRow, byColumn }: RelativePositions): Value {
  const marks = placeMarks(builder, byRow.shape[2]!);
  const marked = builder.emit('Expand', [marks], { shape: [k.shape[0]!, ...marks.shape.slice(1)] });
  const longKeys = builder.emit('Concat', [k, marked], { axis: -1 });
  const longQueries = builder.emit('Concat', [q, byRow, byColumn], { axis: -1 });
  const scores = builder.emit('MatMul', [longQueries, longKeys], { transB: true });
  return builder.emit('MatMul', [builder.emit('Softmax', [scores]), v]);
}

/** The same as sums, of some queries at a time where all have too many scores. */
function attendAdding(builder: GraphBuilder, [q, k, v]: Vectors, { byRow, byColumn }: RelativePositions): Value {
  const [batch, places, side] = byRow.shape as [number, number, number];
  const rows = Math.max(1, Math.floor(SCORES / batch / places));
  const answers = Array.from({ length: Math.ceil(places / rows) }, (_, i) => {
    const [start, end] = [i * rows, Math.min(places, (i + 1) * rows)];
    const some = (x: Value) => (end - start === places ? x : builder.emit('Slice', [x], { axis: 1, start, end }));
    const reshaped = (x: Value, ...shape: readonly number[]) =>
      builder.emit('Reshape', [x], { shape: [batch, end - start, ...shape] });
    const products = reshaped(builder.emit('MatMul', [some(q), k], { transB: true }), side, side);
    const withRows = builder.emit('Add', [products, reshaped(some(byRow), side, 1)]);
    const scores = builder.emit('Add', [withRows, reshaped(some(byColumn), 1, side)]);
    return builder.emit('MatMul', [builder.emit('Softmax', [reshaped(scores, places)]), v]);
  });
  return answers.length === 1 ? answers[0]! : builder.emit('Concat', answers, { axis: 1 });
}
