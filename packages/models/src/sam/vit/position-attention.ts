import type { GraphBuilder } from '../../graph/graph-builder.js';
import type { Value } from '../../graph/graph.js';
import type { WeightTensor } from '../../weights/weights.js';
import { scaledQueries, windowTokens, windowVectors, type AttentionRows } from '../encoders/attention-rows.js';
import { frozenLinear, inside, type Frozen } from '../encoders/frozen.js';
import { resampleLinear } from './resample.js';

/** At most so many scores at a time: they then stay in the processor's cache between their product, softmax and the next product. */
const SCORES = 2 ** 21;

/**
 * Attention in windows with decomposed relative positions: to the score of a query and a key belong q · Rh by how many rows they are apart,
 * and q · Rw by how many columns. Both are part of the product of queries and keys: a query goes on with its sums for each row and
 * column of the window, a key with ones at its own row and column. [grid², C] -> [grid², C]
 */
export function positionAttention(place: Frozen, normal: Value, rows: AttentionRows): Value {
  const { builder, weight } = place;
  const channels = normal.shape[1]!;
  const size = channels / rows.heads;
  const { side } = rows.windows;
  const padding = builder.constant(new Float32Array(channels), [1, channels]);
  const projection = scaledQueries(builder, weight('qkv.weight'), weight('qkv.bias'), size, (row) => row < channels);
  const [q, k, v] = windowVectors(builder, normal, padding, projection, rows); // [windows, heads, places, size]
  const batch = q.shape[0]! * rows.heads;

  const queries = builder.emit('Reshape', [q], { shape: [batch, side, side, size] });
  const turned = builder.emit('Transpose', [queries], { perm: [0, 2, 1, 3] });
  const [down, across] = ['rel_pos_h', 'rel_pos_w'].map((name) => relativePositions(builder, weight(name), side, size));
  const byRow = builder.emit('MatMul', [queries, down!], { transB: true }); // [batch, side, side, side]
  const byColumn = builder.emit('MatMul', [turned, across!], { transB: true });
  const extended = builder.emit(
    'Concat',
    [queries, byRow, builder.emit('Transpose', [byColumn], { perm: [0, 2, 1, 3] })],
    { axis: -1 },
  );
  const longQueries = builder.emit('Reshape', [extended], { shape: [batch, side * side, size + 2 * side] });
  const [keys, values] = [k, v].map((x) => builder.emit('Reshape', [x], { shape: [batch, side * side, size] }));
  const attended = attend(builder, longQueries, keys!, values!, placeMarks(builder, side));
  const shaped = builder.emit('Reshape', [attended], { shape: v.shape });
  return frozenLinear(inside(place, 'proj'), windowTokens(builder, shaped, rows));
}

/** softmax(q · kᵀ) · v with keys that go on with `marks`; in parts of the batch, and of its queries where one is still too large. */
function attend(builder: GraphBuilder, q: Value, k: Value, v: Value, marks: Value): Value {
  const [batch, places] = q.shape as [number, number, number];
  const perPart = Math.max(1, Math.floor(SCORES / places ** 2));
  const parts = Math.ceil(batch / perPart);
  const queryParts = Math.ceil(places ** 2 / SCORES);
  const results = Array.from({ length: parts }, (_, part) => {
    const [start, end] = [part * perPart, Math.min(batch, (part + 1) * perPart)];
    const [queries, keys, values] = [q, k, v].map((x) => slice(builder, x, 0, start, end)) as [Value, Value, Value];
    const marked = builder.emit('Expand', [marks], { shape: [end - start, ...marks.shape.slice(1)] });
    const longKeys = builder.emit('Concat', [keys, marked], { axis: -1 });
    const rows = Math.ceil(places / queryParts);
    const answers = Array.from({ length: queryParts }, (_, i) => {
      const some = slice(builder, queries, 1, i * rows, Math.min(places, (i + 1) * rows));
      const scores = builder.emit('MatMul', [some, longKeys], { transB: true });
      return builder.emit('MatMul', [builder.emit('Softmax', [scores]), values]);
    });
    return answers.length === 1 ? answers[0]! : builder.emit('Concat', answers, { axis: 1 });
  });
  return results.length === 1 ? results[0]! : builder.emit('Concat', results, { axis: 0 });
}

function slice(builder: GraphBuilder, x: Value, axis: number, start: number, end: number): Value {
  return start === 0 && end === x.shape[axis] ? x : builder.emit('Slice', [x], { axis, start, end });
}

/** R for each place of a query and of a key along one axis, undoing the queries' scale: [distances, size] -> [side, side, size] */
function relativePositions(builder: GraphBuilder, table: WeightTensor, side: number, size: number): Value {
  const { data } = resampleLinear(table, 2 * side - 1);
  const result = new Float32Array(side * side * size);
  for (let i = 0; i < result.length; i++) {
    const [query, key, c] = [Math.floor(i / size / side), Math.floor(i / size) % side, i % size];
    result[i] = data[(query - key + side - 1) * size + c]! * Math.sqrt(size);
  }
  return builder.constant(result, [side, side, size]);
}

/** For each place a one at its row and a one at its column: [1, places, 2 * side] */
function placeMarks(builder: GraphBuilder, side: number): Value {
  const marks = new Float32Array(side * side * 2 * side);
  for (let place = 0; place < side * side; place++) {
    marks[place * 2 * side + Math.floor(place / side)] = 1;
    marks[place * 2 * side + side + (place % side)] = 1;
  }
  return builder.constant(marks, [1, side * side, 2 * side]);
}
