import type { Value } from '../../graph/graph.js';
import {
  attentionRows,
  scaledQueries,
  windowTokens,
  windowVectors,
  type AttentionRows,
} from '../encoders/attention-rows.js';
import { frozenNorm, inside, type Frozen } from '../encoders/frozen.js';

const EPSILON = 1e-5;

/** The rows for attention in blocks like this one: a head's q, k and v lie side by side. */
export function windowAttentionRows({ weight }: Frozen, grid: number): AttentionRows {
  const [heads, places] = weight('attention_biases').shape as [number, number];
  return attentionRows(grid, Math.sqrt(places), heads, (part, token, head) => (token * heads + head) * 3 + part);
}

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
  const projection = scaledQueries(builder, weight('qkv.weight'), weight('qkv.bias'), size, (output) => {
    return Math.floor(output / size) % 3 === 0;
  });
  const [q, k, v] = windowVectors(builder, frozenNorm(norm, tokens, EPSILON), padding, projection, rows);
  const scores = builder.emit('Add', [builder.emit('MatMul', [q, k], { transB: true }), distanceBiases(place)]);
  const attended = builder.emit('MatMul', [builder.emit('Softmax', [scores]), v]);
  return windowTokens(builder, attended, rows);
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
