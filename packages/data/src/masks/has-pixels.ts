import type { MaskSource } from '../contracts.js';
import { polygonMarks, type Crossing } from './polygon-marks.js';

/** Whether `rasterize` would set any pixel, told without drawing. */
export function hasPixels(source: MaskSource, width: number, height: number): boolean {
  if (source.kind === 'rle') return source.counts.some((count, i) => i % 2 === 1 && count > 0);
  return source.rings.some((ring) => leavesMarks(ring, width, height));
}

/** Whether some mark is not cancelled by an equal one: there a filled stretch starts. */
function leavesMarks(ring: readonly number[], width: number, height: number): boolean {
  // The column in the middle nearly always settles it.
  const middle = middleColumn(ring, width);
  let alone = 0;
  const count: Crossing = (_, row) => {
    if (row < height) alone ^= scatter(row);
  };
  polygonMarks(ring, width, height, count, [middle, middle + 1]);
  if (alone !== 0) return true;
  // Equal marks cancel in this sum, so one that isn't zero settles it.
  let sum = 0;
  polygonMarks(ring, width, height, (column, row) => {
    if (row < height) sum ^= scatter(column * height + row);
  });
  if (sum !== 0) return true;
  const marks = new Set<number>();
  polygonMarks(ring, width, height, (column, row) => {
    const mark = column * height + row;
    if (row < height && !marks.delete(mark)) marks.add(mark);
  });
  return marks.size > 0;
}

/** Spreads neighbouring numbers over 32 bits, so that regular shapes don't sum to zero. */
function scatter(value: number): number {
  const product = Math.imul(value, 0x9e3779b1);
  return Math.imul(product ^ (product >>> 15), 0x85ebca6b);
}

/** The column in the middle of what lies in the image. */
function middleColumn(ring: readonly number[], width: number): number {
  let low = Infinity;
  let high = -Infinity;
  for (let i = 0; i < ring.length; i += 2) {
    if (ring[i]! < low) low = ring[i]!;
    if (ring[i]! > high) high = ring[i]!;
  }
  const middle = Math.floor((Math.max(0, low) + Math.min(width, high)) / 2);
  return Math.min(Math.max(middle, 0), width - 1);
}
