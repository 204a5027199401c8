import type { Value } from '../../graph/graph.js';
import { frozenLinear, frozenNorm, inside, type Frozen } from '../encoders/frozen.js';
import { isPadded, tokenRows, windowRows, windowsOf, type Windows } from '../encoders/windows.js';

const EPSILON = 1e-5;

/** Which rows attention takes: the same in all blocks of a layer. */
export interface AttentionRows {
  readonly windows: Windows;
  readonly heads: number;
  /** Rows of q, of k and of v, by window, head and place. */
  readonly in: readonly (readonly number[])[];
  /** The way back, by token and head. */
  readonly out: readonly number[];
}

/** The rows for `windowAttention` in blocks like this one: a head's q, k and v lie side by side. */
export function attentionRows({ weight }: Frozen, grid: number): AttentionRows {
  const [heads, places] = weight('attention_biases').shape as [number, number];
  const windows = windowsOf(grid, Math.sqrt(places));
  const rowsOf = (part: number) => windowRows(windows, heads, (token, head) => (token * heads + head) * 3 + part);
  return { windows, heads, in: [0, 1, 2].map(rowsOf), out: tokenRows(windows, heads) };
}

/**
 * Attention in windows, with a bias for each head and distance. The windows at the edges are filled up with tokens of zeros, which are
 * normalised and attended to like others: all of them are one more row. [grid², C] -> [grid², C]
 */
export function windowAttention(place: Frozen, tokens: Value, rows: AttentionRows): Value {
  const { builder } = place;
  const { windows, heads } = rows;
  const [places, channels] = [windows.side ** 2, tokens.shape[1]!];
  const size = channels / heads;

  const norm = inside(place, 'norm');
  const normal = frozenNorm(norm, tokens, EPSILON);
  const padding = builder.constant(norm.weight('bias').data, [1, channels]); // zeros, normalised
  const padded = isPadded(windows) ? builder.emit('Concat', [normal, padding], { axis: 0 }) : normal;
  const together = builder.emit('Gemm', [padded, ...projection(place, heads)], { transB: true });
  const vectors = builder.emit('Reshape', [together], { shape: [padded.shape[0]! * heads * 3, size] });
  const [q, k, v] = rows.in.map((indices) =>
    builder.emit('Reshape', [builder.emit('Gather', [vectors], { indices })], {
      shape: [windows.across ** 2, heads, places, size],
    }),
  ) as [Value, Value, Value];

  const scores = builder.emit('Add', [builder.emit('MatMul', [q, k], { transB: true }), distanceBiases(place)]);
  const attended = builder.emit('MatMul', [builder.emit('Softmax', [scores]), v]); // [windows, heads, places, size]
  const apart = builder.emit('Reshape', [attended], { shape: [windows.across ** 2 * heads * places, size] });
  const ordered = builder.emit('Gather', [apart], { indices: rows.out });
  return frozenLinear(inside(place, 'proj'), builder.emit('Reshape', [ordered], { shape: tokens.shape }));
}

/** Weight and bias of q, k and v, with the scores' scale in those of q. */
function projection({ builder, weight }: Frozen, heads: number): readonly [Value, Value] {
  const [weights, biases] = [weight('qkv.weight'), weight('qkv.bias')];
  const [outputs, inputs] = weights.shape as [number, number];
  const size = outputs / heads / 3;
  const scale = (output: number) => (Math.floor(output / size) % 3 === 0 ? 1 / Math.sqrt(size) : 1);
  return [
    builder.constant(
      weights.data.map((value, i) => value * scale(Math.floor(i / inputs))),
      weights.shape,
    ),
    builder.constant(biases.data.map((value, i) => value * scale(i))),
  ];
}

/** The bias of each head for each pair of places, by how far they are apart: [heads, places] -> [heads, places, places] */
function distanceBiases({ builder, weight }: Frozen): Value {
  const { shape, data } = weight('attention_biases');
  const [heads, places] = shape as [number, number];
  const side = Math.sqrt(places);
  const biases = new Float32Array(heads * places * places);
  for (let i = 0; i < biases.length; i++) {
    const [head, from, to] = [Math.floor(i / places ** 2), Math.floor(i / places) % places, i % places];
    const down = Math.abs(Math.floor(from / side) - Math.floor(to / side));
    biases[i] = data[head * places + down * side + Math.abs((from % side) - (to % side))]!;
  }
  return builder.constant(biases, [heads, places, places]);
}
