import type { Frame } from '../contracts.js';
import { tightBox, type BitMask } from './bit-mask.js';

/**
 * The training target at the decoder's own resolution: the mask averaged down to the frame's covered part, zero-padded to the square,
 * averaged down to `side`, and set where at least half is covered; where a mask is so small or thin that it covers half of no pixel, where
 * it covers at least half as much as it does at most. So no object is told to be nothing. Averages are over whole pixels (PyTorch's `interpolate(mode='area')`):
 * output i of n takes inputs floor(i * m / n) up to ceil((i + 1) * m / n).
 * Returns row-major `[side, side]`, 0 or 1.
 */
export function lowResTarget(mask: BitMask, frame: Frame, side = 256): Uint8Array {
  const target = new Uint8Array(side * side);
  const box = tightBox(mask);
  if (!box) return target;
  const columns = windowsOf(mask.width, frame.width, frame.size, side, box[0], box[2]);
  const rows = windowsOf(mask.height, frame.height, frame.size, side, box[1], box[3]);

  // [rows of the box, side]: each mask row, averaged horizontally.
  const narrow = new Float64Array((box[3] - box[1]) * side);
  for (let y = box[1]; y < box[3]; y++) {
    const source = y * mask.width;
    const out = (y - box[1]) * side;
    for (const { index, from, weights } of columns) {
      let sum = 0;
      for (let i = 0; i < weights.length; i++) sum += weights[i]! * mask.data[source + from + i]!;
      narrow[out + index] = sum;
    }
  }
  // [rows, columns] of the windows: the share of each that is covered.
  const shares = new Float64Array(rows.length * columns.length);
  rows.forEach(({ from, weights }, row) => {
    columns.forEach(({ index: x }, column) => {
      let sum = 0;
      for (let i = 0; i < weights.length; i++) sum += weights[i]! * narrow[(from - box[1] + i) * side + x]!;
      shares[row * columns.length + column] = sum;
    });
  });
  const least = leastShare(shares);
  rows.forEach(({ index: y }, row) => {
    columns.forEach(({ index: x }, column) => {
      if (shares[row * columns.length + column]! >= least) target[y * side + x] = 1;
    });
  });
  return target;
}

/** The share from which on a pixel is set. */
function leastShare(shares: Float64Array): number {
  const most = shares.reduce((largest, share) => Math.max(largest, share), 0);
  // Sums of products of fractions: a share of exactly one half may come out a rounding error below it.
  return (most >= 0.5 - ROUNDING ? 0.5 : most / 2) - ROUNDING;
}

const ROUNDING = 1e-9;

interface Window {
  readonly index: number;
  readonly from: number;
  readonly weights: Float64Array;
}

/** For each output of an axis that sees inputs [start, end): the share of each of those inputs, both averages composed. */
function windowsOf(length: number, covered: number, size: number, side: number, start: number, end: number): Window[] {
  const windows: Window[] = [];
  for (let index = 0; index < side; index++) {
    const outerFrom = Math.floor((index * size) / side);
    const outerTo = Math.ceil(((index + 1) * size) / side);
    const from = Math.max(start, Math.floor((outerFrom * length) / covered));
    const to = Math.min(end, Math.ceil((Math.min(outerTo, covered) * length) / covered));
    if (outerFrom >= covered || from >= to) continue;
    const weights = new Float64Array(to - from);
    for (let i = outerFrom; i < Math.min(outerTo, covered); i++) {
      const innerFrom = Math.floor((i * length) / covered);
      const innerTo = Math.ceil(((i + 1) * length) / covered);
      const share = 1 / ((outerTo - outerFrom) * (innerTo - innerFrom));
      for (let j = Math.max(from, innerFrom); j < Math.min(to, innerTo); j++) weights[j - from]! += share;
    }
    windows.push({ index, from, weights });
  }
  return windows;
}
