import type { Value } from '../../graph/graph.js';
import { constantOf, frozenNorm, inside, type Frozen } from './frozen.js';
import { toMap, toTokens } from './layout.js';

/** `LayerNorm2d`'s: normalisation over channels, which come last here. */
const EPSILON = 1e-6;

/** From the encoder's channels to the embedding's: a product and a 3x3 convolution, both normalised. [grid², C] -> [grid², 256] */
export function neck(place: Frozen, tokens: Value, grid: number): Value {
  const { shape, data } = place.weight('0.weight'); // [256, C, 1, 1]
  const projection = place.builder.constant(data, shape.slice(0, 2));
  return neckOf(place, place.builder.emit('MatMul', [tokens, projection], { transB: true }), grid);
}

/** The neck after its product. [grid², 256] -> [grid², 256] */
export function neckOf(place: Frozen, projected: Value, grid: number): Value {
  const { builder } = place;
  const filters = constantOf(place, '2.weight');
  const normal = toMap(builder, frozenNorm(inside(place, '1'), projected, EPSILON), grid);
  const noBias = builder.constant(0, [filters.shape[0]!]);
  const map = builder.emit('Conv', [normal, filters, noBias], { pads: [1, 1, 1, 1] });
  return frozenNorm(inside(place, '3'), toTokens(builder, map), EPSILON);
}
