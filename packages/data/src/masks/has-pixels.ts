import type { MaskSource } from '../contracts.js';
import { polygonMarks } from './polygon-marks.js';

/** Whether `rasterize` would set any pixel, told without drawing. */
export function hasPixels(source: MaskSource, width: number, height: number): boolean {
  if (source.kind === 'rle') return source.counts.some((count, i) => i % 2 === 1 && count > 0);
  return source.rings.some((ring) => {
    // A mark that another one doesn't cancel starts a filled stretch.
    const marks = new Set<number>();
    polygonMarks(ring, width, height, (column, row) => {
      if (row < height && !marks.delete(column * height + row)) marks.add(column * height + row);
    });
    return marks.size > 0;
  });
}
