import type { Random } from '@sluice/core';
import type { Box } from '../masks/bit-mask.js';

/** Moves each edge by a uniform share within ±`jitter` of the box's side, cut to the image. An axis that would get thinner than a pixel is left as it is. */
export function jitterBox(box: Box, jitter: number, width: number, height: number, random: Random): Box {
  const [x0, x1] = jitterAxis(box[0], box[2], jitter, width, random);
  const [y0, y1] = jitterAxis(box[1], box[3], jitter, height, random);
  return [x0, y0, x1, y1];
}

function jitterAxis(
  from: number,
  to: number,
  jitter: number,
  length: number,
  random: Random,
): readonly [number, number] {
  const reach = jitter * (to - from);
  const move = (edge: number): number => Math.min(Math.max(edge + (2 * random.uniform() - 1) * reach, 0), length);
  const start = move(from);
  const end = move(to);
  return end - start >= 1 ? [start, end] : [from, to];
}
