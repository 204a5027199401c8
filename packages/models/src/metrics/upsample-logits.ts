import type { Frame } from '@sluice/data';
import { denseMatrix, postprocessRows, type BandedMatrix } from './interpolation.js';

/** Side of SAM's mask logits. */
const LOGIT_SIDE = 256;

/**
 * Mask logits at the image's own size, as SAM's postprocessing gives them: `[256, 256]` interpolated to the frame (bilinear,
 * `align_corners` false), cut to the part that holds the image, interpolated to `[height, width]`. Both steps along both axes are
 * done at once, as `A · logits · Bᵀ` with banded A and B.
 */
export function upsampleLogits(
  logits: Float32Array,
  frame: Frame,
  width: number,
  height: number,
): Float32Array<ArrayBuffer> {
  const vertical = postprocess(frame.size, frame.height, height);
  const horizontal = postprocess(frame.size, frame.width, width);
  const used = Math.min(LOGIT_SIDE, horizontal.starts[width - 1]! + horizontal.taps);
  const line = new Float64Array(LOGIT_SIDE);
  const result = new Float32Array(height * width);
  for (let y = 0; y < height; y++) {
    sumOfLines(line, used, logits, vertical, y);
    resample(result, y * width, line, horizontal);
  }
  return result;
}

/**
 * The dense matrices A `[height, 256]` and B `[width, 256]` of `upsampleLogits`: logits M at the image's size are `A · M · Bᵀ`.
 */
export function interpolationMatrices(
  frame: Frame,
  width: number,
  height: number,
): { readonly vertical: Float32Array<ArrayBuffer>; readonly horizontal: Float32Array<ArrayBuffer> } {
  return {
    vertical: denseMatrix(postprocess(frame.size, frame.height, height)),
    horizontal: denseMatrix(postprocess(frame.size, frame.width, width)),
  };
}

/** line = row `y` of A · logits. */
function sumOfLines(
  line: Float64Array,
  used: number,
  logits: Float32Array,
  { taps, starts, weights }: BandedMatrix,
  y: number,
): void {
  line.fill(0, 0, used);
  for (let k = 0; k < taps; k++) {
    const weight = weights[y * taps + k]!;
    if (weight === 0) continue;
    const offset = (starts[y]! + k) * LOGIT_SIDE;
    for (let x = 0; x < used; x++) line[x]! += weight * logits[offset + x]!;
  }
}

/** result[offset + x] = row `x` of B times line. Up to three taps (all there are when the frame is finer than the logits) are unrolled. */
function resample(result: Float32Array, offset: number, line: Float64Array, matrix: BandedMatrix): void {
  const { rows, taps, starts, weights } = matrix;
  if (taps === 3) {
    for (let x = 0; x < rows; x++) {
      const start = starts[x]!;
      const tap = 3 * x;
      const outer = weights[tap]! * line[start]! + weights[tap + 2]! * line[start + 2]!;
      result[offset + x] = outer + weights[tap + 1]! * line[start + 1]!;
    }
    return;
  }
  for (let x = 0; x < rows; x++) {
    let sum = 0;
    for (let k = 0; k < taps; k++) sum += weights[x * taps + k]! * line[starts[x]! + k]!;
    result[offset + x] = sum;
  }
}

const cache = new Map<string, BandedMatrix>();
const CACHED = 64;

/** `postprocessRows`, remembered for the sizes that were asked for last. */
function postprocess(size: number, covered: number, target: number): BandedMatrix {
  const key = `${String(size)} ${String(covered)} ${String(target)}`;
  const matrix = cache.get(key) ?? postprocessRows(LOGIT_SIDE, size, covered, target);
  cache.delete(key);
  cache.set(key, matrix);
  for (const oldest of cache.keys()) {
    if (cache.size <= CACHED) break;
    cache.delete(oldest);
  }
  return matrix;
}
