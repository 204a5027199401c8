import type { MaskSource } from '../contracts.js';
import { polygonMarks } from './polygon-marks.js';

/** Whether `rasterize` would set any pixel, told without drawing. */
export function hasPixels(source: MaskSource, width: number, height: number): boolean {
  if (source.kind === 'rle') return source.counts.some((count, i) => i % 2 === 1 && count > 0);
  return source.rings.some((ring) => leavesMarks(ring, width, height));
}

/** Whether some mark is not cancelled by an equal one: there a filled stretch starts. */
function leavesMarks(ring: readonly number[], width: number, height: number): boolean {
  // Equal marks cancel in this sum, so one that isn't zero settles it; it nearly always does.
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
