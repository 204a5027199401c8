import type { Frame } from '../contracts.js';
import { tightBox, type BitMask } from './bit-mask.js';

/**
 * The training target at the decoder's own resolution: the mask averaged down to the frame's covered part, zero-padded to the square,
 * averaged down to `side`, and set where at least half is covered. Averages are over whole pixels (PyTorch's `interpolate(mode='area')`):
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
  for (const { index: y, from, weights } of rows) {
    for (const { index: x } of columns) {
      let sum = 0;
      for (let i = 0; i < weights.length; i++) sum += weights[i]! * narrow[(from - box[1] + i) * side + x]!;
      // Sums of products of fractions: a share of exactly one half may come out a rounding error below it.
      if (sum >= 0.5 - 1e-9) target[y * side + x] = 1;
    }
  }
  return target;
}

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
