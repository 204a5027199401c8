import type { Value } from '../../graph/graph.js';
import { constantOf, type Frozen } from './frozen.js';

/**
 * A linear layer at each place of a map. A processor runs the convolution faster than the product of tokens that it is: bias and residual
 * are added where a result is made, not in passes of their own. [1, C, H, W] -> [1, D, H, W]
 */
export function pointwise(place: Frozen, x: Value): Value {
  return place.builder.emit('Conv', [x, pointFilters(place, 'weight'), constantOf(place, 'bias')], {});
}

/** A linear layer without a bias. [1, C, H, W] -> [1, D, H, W] */
export function unbiased(place: Frozen, name: string, x: Value): Value {
  const filters = pointFilters(place, name);
  return place.builder.emit('Conv', [x, filters, place.builder.constant(0, [filters.shape[0]!])], {});
}

function pointFilters({ builder, weight }: Frozen, name: string): Value {
  const { shape, data } = weight(name); // [D, C], or those of a convolution already
  return builder.constant(data, [...shape.slice(0, 2), 1, 1]);
}
