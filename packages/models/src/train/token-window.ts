import { tightBox } from '@sluice/data';
import { GRID } from '../sam/shape.js';
import type { TrainItem } from './train-item.js';

/** A square of image tokens, by its first column and row. */
export interface TokenWindow {
  readonly side: number;
  readonly left: number;
  readonly top: number;
}

/** Few sizes, so that few graphs serve all objects. */
const SIDES = [16, 32] as const;

/**
 * The smallest window around each object that leaves `margin` tokens on each of its sides, as far as the image goes; none where the object
 * is too large for any, and takes all tokens. One for each mask of the item.
 */
export function tokenWindows({ masks, image, frame }: TrainItem, margin: number): readonly (TokenWindow | undefined)[] {
  const perPixel = [frame.width / image.width, frame.height / image.height].map((scale) => (scale * GRID) / frame.size);
  return masks.map((mask) => {
    const [x0, y0, x1, y1] = tightBox(mask) ?? [0, 0, 0, 0];
    const across = [x0, x1].map((x) => x * perPixel[0]!) as [number, number];
    const down = [y0, y1].map((y) => y * perPixel[1]!) as [number, number];
    const needed = Math.max(...[across, down].map(([from, to]) => Math.ceil(to) - Math.floor(from))) + 2 * margin;
    const side = SIDES.find((each) => each >= needed);
    return side && { side, left: startOf(side, across), top: startOf(side, down) };
  });
}

/** Where a window begins that has a stretch in its middle and lies within the grid. */
function startOf(side: number, [from, to]: readonly [number, number]): number {
  const middle = Math.floor((Math.floor(from) + Math.ceil(to) - side) / 2);
  return Math.min(Math.max(middle, 0), GRID - side);
}
