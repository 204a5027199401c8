import type { GraphBuilder } from '../../graph/graph-builder.js';
import type { Value } from '../../graph/graph.js';
import type { WeightTensor } from '../../weights/weights.js';
import { resampleLinear } from './resample.js';

/** What belongs to the scores of a query and the keys of each row and of each column of its window: both [batch, places, side]. */
export interface RelativePositions {
  readonly byRow: Value;
  readonly byColumn: Value;
}

/** q · Rh by how many rows a query and a key are apart, and q · Rw by how many columns. */
export function relativePositions(
  builder: GraphBuilder,
  q: Value,
  [down, across]: readonly [Value, Value],
): RelativePositions {
  const [batch, places, size] = q.shape as [number, number, number];
  const side = down.shape[0]!;
  const queries = builder.emit('Reshape', [q], { shape: [batch, side, side, size] });
  const turned = builder.emit('Transpose', [queries], { perm: [0, 2, 1, 3] });
  const byColumn = builder.emit('MatMul', [turned, across], { transB: true }); // by column, then by row
  const flat = (x: Value) => builder.emit('Reshape', [x], { shape: [batch, places, side] });
  return {
    byRow: flat(builder.emit('MatMul', [queries, down], { transB: true })),
    byColumn: flat(builder.emit('Transpose', [byColumn], { perm: [0, 2, 1, 3] })),
  };
}

/** R for each place of a query and of a key along one axis, undoing the queries' scale: [distances, size] -> [side, side, size] */
export function positionTable(builder: GraphBuilder, table: WeightTensor, side: number, size: number): Value {
  const { data } = resampleLinear(table, 2 * side - 1);
  const result = new Float32Array(side * side * size);
  for (let i = 0; i < result.length; i++) {
    const [query, key, c] = [Math.floor(i / size / side), Math.floor(i / size) % side, i % size];
    result[i] = data[(query - key + side - 1) * size + c]! * Math.sqrt(size);
  }
  return builder.constant(result, [side, side, size]);
}

/** For each place a one at its row and a one at its column: [1, places, 2 * side] */
export function placeMarks(builder: GraphBuilder, side: number): Value {
  const marks = new Float32Array(side * side * 2 * side);
  for (let place = 0; place < side * side; place++) {
    marks[place * 2 * side + Math.floor(place / side)] = 1;
    marks[place * 2 * side + side + (place % side)] = 1;
  }
  return builder.constant(marks, [1, side * side, 2 * side]);
}
