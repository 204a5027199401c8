import type { Random } from '@sluice/core';
import type { Box } from '../masks/bit-mask.js';

/**
 * How a box's edges move. `uniform`: by a share within ± the jitter of the box's side, each as likely. `normal`, as the SAM paper trains:
 * by a normal share with the jitter for its standard deviation, at most `FARTHEST` pixels of SAM's frame.
 */
export type JitterNoise = 'uniform' | 'normal';

export interface BoxJitter {
  /** Share of the box's side. */
  readonly jitter: number;
  readonly noise: JitterNoise;
}

/** Pixels of a frame whose side is FRAME, in which the paper's boxes are drawn. */
const FARTHEST = 20;
const FRAME = 1024;

/** Moves each edge of a box, cut to the image. An axis that would get thinner than a pixel is left as it is. */
export function jitterBox(box: Box, how: BoxJitter, width: number, height: number, random: Random): Box {
  const farthest = (FARTHEST * Math.max(width, height)) / FRAME;
  const [x0, x1] = jitterAxis(box[0], box[2], how, farthest, width, random);
  const [y0, y1] = jitterAxis(box[1], box[3], how, farthest, height, random);
  return [x0, y0, x1, y1];
}

function jitterAxis(
  from: number,
  to: number,
  { jitter, noise }: BoxJitter,
  farthest: number,
  length: number,
  random: Random,
): readonly [number, number] {
  const reach = jitter * (to - from);
  const draw =
    noise === 'uniform'
      ? () => (2 * random.uniform() - 1) * reach
      : () => Math.min(Math.max(standardNormal(random) * reach, -farthest), farthest);
  const move = (edge: number): number => Math.min(Math.max(edge + draw(), 0), length);
  const start = move(from);
  const end = move(to);
  return end - start >= 1 ? [start, end] : [from, to];
}

/** Box and Muller's way. */
function standardNormal(random: Random): number {
  const radius = Math.sqrt(-2 * Math.log(1 - random.uniform()));
  return radius * Math.cos(2 * Math.PI * random.uniform());
}
