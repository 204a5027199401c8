import type { GraphBuilder } from '../../graph/graph-builder.js';
import type { Value } from '../../graph/graph.js';
import { isPadded, tokenRows, windowRows, windowsOf, type Windows } from './windows.js';

/** Which rows attention takes: the same in all blocks of one resolution, so that they are made once. */
export interface AttentionRows {
  readonly windows: Windows;
  readonly heads: number;
  /** Rows of q, of k and of v, by window, head and place. */
  readonly into: readonly (readonly number[])[];
  /** The way back, by token and head. */
  readonly back: readonly number[];
}

/** `rowOf` says where the vector (0: q, 1: k, 2: v) of a token and head lies. */
export function attentionRows(
  grid: number,
  side: number,
  heads: number,
  rowOf: (part: number, token: number, head: number) => number,
): AttentionRows {
  const windows = windowsOf(grid, side);
  const rowsOf = (part: number) => windowRows(windows, heads, (token, head) => rowOf(part, token, head));
  return { windows, heads, into: [0, 1, 2].map(rowsOf), back: tokenRows(windows, heads) };
}

/**
 * q, k and v of all tokens by a joined projection, a row for each vector. `normal` are the tokens [tokens, channels]; `padding`, [1, channels],
 * is the token that stands wherever a window reaches beyond the grid: one row more, taken as often as it is needed. -> [vectors, size]
 */
export function projectedVectors(
  builder: GraphBuilder,
  normal: Value,
  padding: Value,
  [weight, bias]: readonly [Value, Value],
  { windows, heads }: AttentionRows,
): Value {
  const tokens = isPadded(windows) ? builder.emit('Concat', [normal, padding], { axis: 0 }) : normal;
  const size = normal.shape[1]! / heads;
  const projected = builder.emit('Gemm', [tokens, weight, bias], { transB: true });
  return builder.emit('Reshape', [projected], { shape: [(tokens.shape[0]! * weight.shape[0]!) / size, size] });
}

/** The tokens of what attention gives: [windows * heads, places, size] -> [tokens, channels] */
export function windowTokens(builder: GraphBuilder, attended: Value, { windows, heads, back }: AttentionRows): Value {
  const [batch, places, size] = attended.shape as [number, number, number];
  const vectors = builder.emit('Reshape', [attended], { shape: [batch * places, size] });
  const ordered = builder.emit('Gather', [vectors], { indices: back });
  return builder.emit('Reshape', [ordered], { shape: [windows.grid ** 2, heads * size] });
}

/** A joined projection's weight and bias with the scores' scale, 1 / √size, in the rows of q. */
export function scaledQueries(
  builder: GraphBuilder,
  weight: { readonly shape: readonly number[]; readonly data: Float32Array<ArrayBuffer> },
  bias: { readonly data: Float32Array<ArrayBuffer> },
  size: number,
  isQuery: (output: number) => boolean,
): readonly [Value, Value] {
  const inputs = weight.shape[1]!;
  const scale = (output: number) => (isQuery(output) ? 1 / Math.sqrt(size) : 1);
  return [
    builder.constant(
      weight.data.map((value, i) => value * scale(Math.floor(i / inputs))),
      weight.shape,
    ),
    builder.constant(bias.data.map((value, output) => value * scale(output))),
  ];
}
