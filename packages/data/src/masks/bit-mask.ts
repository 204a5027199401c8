import { dataErrors } from '../errors.js';

/** A binary mask, one byte a pixel. */
export interface BitMask {
  readonly width: number;
  readonly height: number;
  /** Row-major `[height, width]`, 0 or 1. */
  readonly data: Uint8Array;
}

/** x0, y0, x1, y1 in pixels; x1 and y1 are the far edges, so width is x1 - x0. */
export type Box = readonly [number, number, number, number];

export function emptyMask(width: number, height: number): BitMask {
  return { width, height, data: new Uint8Array(width * height) };
}

/** Number of set pixels. */
export function maskArea(mask: BitMask): number {
  let area = 0;
  for (const bit of mask.data) area += bit;
  return area;
}

/** The smallest box around the set pixels; undefined for an empty mask. */
export function tightBox({ width, data }: BitMask): Box | undefined {
  const first = data.indexOf(1);
  if (first < 0) return undefined;
  const y0 = Math.floor(first / width);
  const y1 = Math.floor(data.lastIndexOf(1) / width) + 1;
  let x0 = width;
  let x1 = 0;
  for (let y = y0; y < y1; y++) {
    const row = data.subarray(y * width, (y + 1) * width);
    const left = row.subarray(0, x0).indexOf(1);
    if (left >= 0) x0 = left;
    const right = row.subarray(x1).lastIndexOf(1);
    if (right >= 0) x1 += right + 1;
  }
  return [x0, y0, x1, y1];
}

/** Pixels set in any of the masks, which must be of one size. */
export function unionMasks(masks: readonly [BitMask, ...BitMask[]]): BitMask {
  const [{ width, height }] = masks;
  const data = new Uint8Array(width * height);
  for (const mask of masks) {
    if (mask.width !== width || mask.height !== height) {
      throw dataErrors.MASK_SIZES_DIFFER({ first: [width, height], other: [mask.width, mask.height] });
    }
    for (let i = 0; i < data.length; i++) data[i]! |= mask.data[i]!;
  }
  return { width, height, data };
}
