import type { MaskSource } from '../contracts.js';
import { dataErrors } from '../errors.js';
import { emptyMask, type BitMask } from './bit-mask.js';
import { polygonMarks } from './polygon-marks.js';
import { maskOfCounts } from './rle-counts.js';
import { toggleColumns, type Window } from './toggle-columns.js';

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
  source.rings.forEach((ring, i) => {
    drawRing(ring, mask, i === 0);
  });
  return mask;
}

/** Sets the pixels of one ring within the window that it covers; in place if nothing is drawn yet. */
function drawRing(ring: readonly number[], { width, height, data }: BitMask, isFirst: boolean): void {
  let left = width;
  let right = 0;
  let top = height;
  let bottom = 0;
  const marks: number[] = [];
  polygonMarks(ring, width, height, (column, row) => {
    if (row > bottom) bottom = row;
    if (row === height) return;
    if (column < left) left = column;
    if (column >= right) right = column + 1;
    if (row < top) top = row;
    marks.push(column, row);
  });
  if (right <= left || bottom <= top) return;
  const size = { width: right - left, height: bottom - top };
  const offset = top * width + left;
  if (isFirst) {
    fillWindow({ ...size, data, offset, stride: width }, marks, left, top);
    return;
  }
  const own = new Uint8Array(size.width * size.height);
  fillWindow({ ...size, data: own, offset: 0, stride: size.width }, marks, left, top);
  for (let y = 0; y < size.height; y++) {
    const from = y * size.width;
    const to = offset + y * width;
    for (let x = 0; x < size.width; x++) data[to + x]! |= own[from + x]!;
  }
}

/** Draws marks (column, row, ...) of an empty window whose first pixel is (left, top). Marks just below it end its columns and need no drawing. */
function fillWindow(window: Window, marks: readonly number[], left: number, top: number): void {
  for (let i = 0; i < marks.length; i += 2) {
    const row = marks[i + 1]! - top;
    if (row < window.height) window.data[window.offset + row * window.stride + marks[i]! - left]! ^= 1;
  }
  toggleColumns(window);
}
