import type { Value } from '../../graph/graph.js';
import { elementCount } from '../../graph/shape.js';
import type { WeightTensor } from '../../weights/weights.js';
import {
  attentionRows,
  scaledQueries,
  windowTokens,
  windowVectors,
  type AttentionRows,
} from '../encoders/attention-rows.js';
import { frozenNorm, inside, type Frozen } from '../encoders/frozen.js';

const EPSILON = 1e-5;

/** The rows for attention in blocks like this one: a head's q, k and v lie side by side, if they are not projected apart. */
export function windowAttentionRows(place: Frozen, grid: number): AttentionRows {
  const [heads, places] = place.weight('attention_biases').shape as [number, number];
  const apart = isApart(place, grid);
  return attentionRows(grid, Math.sqrt(places), heads, (part, token, head) => {
    const row = token * heads + head;
    return apart ? row : row * 3 + part;
  });
}

/** Whether q, k and v are projected one by one, as together they are too large. */
const isApart = ({ weight, hiddenAtOnce }: Frozen, grid: number): boolean =>
  grid ** 2 * weight('qkv.bias').shape[0]! > hiddenAtOnce;

/**
 * Attention in windows, with a bias for each head and distance. The windows at the edges are filled up with tokens of zeros, which are
 * normalised and attended to like others. What the heads give is not projected yet. [grid², C] -> [grid², C]
 */
export function windowAttention(place: Frozen, tokens: Value, rows: AttentionRows): Value {
  const { builder, weight } = place;
  const channels = tokens.shape[1]!;
  const size = channels / rows.heads;
  const norm = inside(place, 'norm');
  const padding = builder.constant(norm.weight('bias').data, [1, channels]); // zeros, normalised
  const joined = [weight('qkv.weight'), weight('qkv.bias')] as const;
  const partOf = (output: number) => Math.floor(output / size) % 3;
  const projections = isApart(place, rows.windows.grid)
    ? [0, 1, 2].map((part) => {
        const [matrix, bias] = joined.map((tensor) => rowsWhere(tensor, (output) => partOf(output) === part));
        return scaledQueries(builder, matrix!, bias!, size, () => part === 0);
      })
    : [scaledQueries(builder, ...joined, size, (output) => partOf(output) === 0)];
  const [q, k, v] = windowVectors(builder, frozenNorm(norm, tokens, EPSILON), padding, projections, rows);
  const scores = builder.emit('Add', [builder.emit('MatMul', [q, k], { transB: true }), distanceBiases(place)]);
  const attended = builder.emit('MatMul', [builder.emit('Softmax', [scores]), v]);
  return windowTokens(builder, attended, rows);
}

/** The rows of a weight, or the values of a bias, whose numbers are taken. */
function rowsWhere({ shape, data }: WeightTensor, isTaken: (row: number) => boolean): WeightTensor {
  const rest = shape.slice(1);
  const each = elementCount(rest);
  const taken = data.filter((_, i) => isTaken(Math.floor(i / each)));
  return { shape: [taken.length / each, ...rest], data: taken };
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
