import type { MaskSource } from '../contracts.js';
import { dataErrors } from '../errors.js';
import { emptyMask, type BitMask } from './bit-mask.js';
import { polygonMarks } from './polygon-marks.js';
import { maskOfCounts } from './rle-counts.js';
import { toggleColumns } from './toggle-columns.js';

/**
 * The pixels of a mask as the COCO mask API sets them. Rings are united (an inner ring cuts no hole); what lies outside the image is cut off.
 * An RLE must have the size asked for.
 */
export function rasterize(source: MaskSource, width: number, height: number): BitMask {
  if (source.kind === 'rle') {
    if (source.width !== width || source.height !== height) {
      throw dataErrors.RLE_SIZE({ rle: [source.width, source.height], image: [width, height] });
    }
    return maskOfCounts(source.counts, width, height);
  }
  const mask = emptyMask(width, height);
  for (const ring of source.rings) drawRing(ring, mask);
  return mask;
}

/** Sets the pixels of one ring, working in the window that it covers. */
function drawRing(ring: readonly number[], { width, height, data }: BitMask): void {
  let left = width;
  let right = 0;
  let top = height;
  let bottom = 0;
  const marks: number[] = [];
  polygonMarks(ring, width, height, (column, row) => {
    if (column < left) left = column;
    if (column >= right) right = column + 1;
    if (row < top) top = row;
    if (row > bottom) bottom = row;
    marks.push(column, row);
  });
  if (bottom <= top) return;
  const windowWidth = right - left;
  const windowHeight = bottom - top;
  const window = new Uint8Array(windowWidth * windowHeight);
  for (let i = 0; i < marks.length; i += 2) {
    const row = marks[i + 1]! - top;
    if (row < windowHeight) window[row * windowWidth + marks[i]! - left]! ^= 1;
  }
  toggleColumns(window, windowWidth, windowHeight);
  for (let y = 0; y < windowHeight; y++) {
    const target = (top + y) * width + left;
    const from = y * windowWidth;
    for (let x = 0; x < windowWidth; x++) data[target + x]! |= window[from + x]!;
  }
}
