import { dataErrors } from '../errors.js';
import { emptyMask, type BitMask } from './bit-mask.js';
import { toggleColumns } from './toggle-columns.js';

/** The mask of column-major run lengths, first run zeros (COCO's uncompressed RLE). The runs must fill the mask exactly. */
export function maskOfCounts(counts: readonly number[], width: number, height: number): BitMask {
  const total = sumOfCounts(counts);
  if (total !== width * height) throw dataErrors.RLE_LENGTH({ total, width, height });
  const mask = emptyMask(width, height);
  let position = 0;
  for (let i = 0; i < counts.length; i++) {
    const end = position + counts[i]!;
    if (i % 2 === 1 && end > position) markRun(mask, position, end);
    position = end;
  }
  toggleColumns({ ...mask, offset: 0, stride: width });
  return mask;
}

/** Number of pixels that the runs cover; NaN if a run is not a whole number from 0. */
export function sumOfCounts(counts: readonly number[]): number {
  let total = 0;
  for (const count of counts) {
    if (!Number.isSafeInteger(count) || count < 0) return NaN;
    total += count;
  }
  return total;
}

/** Column-major run lengths of a mask, first run zeros: `decodeRleString`'s and COCO's uncompressed form. */
export function countsOfMask({ width, height, data }: BitMask): number[] {
  const counts: number[] = [];
  let run = 0;
  let bit = 0;
  for (let x = 0; x < width; x++) {
    for (let i = x; i < data.length; i += width) {
      if (data[i] === bit) {
        run++;
      } else {
        counts.push(run);
        run = 1;
        bit ^= 1;
      }
    }
  }
  counts.push(run);
  if (height === 0 || width === 0) return [0];
  return counts;
}

/** Marks where the columns of the run [from, to) start and end. */
function markRun({ width, height, data }: BitMask, from: number, to: number): void {
  for (let start = from; start < to;) {
    const column = Math.floor(start / height);
    const end = Math.min(to, (column + 1) * height);
    data[(start - column * height) * width + column]! ^= 1;
    const endRow = end - column * height;
    if (endRow < height) data[endRow * width + column]! ^= 1;
    start = end;
  }
}
