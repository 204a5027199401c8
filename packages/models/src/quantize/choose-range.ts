import type { Calibrator, Range } from './calibration.js';
import { activationScale } from './quantize-tensor.js';

/** Share of a value's samples that `percentile` leaves out at each end. */
const OUTERMOST = 1e-4;

/** Shares of the whole range that `mse` tries. */
const SHARES = Array.from({ length: 36 }, (_, i) => 1 - i * 0.02);

/**
 * The range that an activation's 256 levels cover; values beyond it become its ends. It always holds zero and lies within `whole`, all that
 * was seen. `percentile` leaves out one sample in 10,000 at each end; `mse` shrinks the whole range to where the squared error of
 * the samples is smallest.
 */
export function chooseRange(calibrator: Exclude<Calibrator, 'minmax'>, samples: Float32Array, whole: Range): Range {
  if (samples.length === 0) return whole;
  if (calibrator === 'percentile') {
    const sorted = Float32Array.from(samples).sort();
    const outside = Math.floor(OUTERMOST * sorted.length);
    const clipped = outside > 0;
    return {
      min: clipped ? Math.min(0, sorted[outside]!) : whole.min,
      max: clipped ? Math.max(0, sorted[sorted.length - 1 - outside]!) : whole.max,
    };
  }
  let best = { range: whole, error: Infinity };
  for (const share of SHARES) {
    const range = { min: whole.min * share, max: whole.max * share };
    const error = squaredError(samples, range);
    if (error < best.error) best = { range, error };
  }
  return best.range;
}

/** Of rounding to the levels of a range. */
function squaredError(samples: Float32Array, range: Range): number {
  const { scale, zeroPoint } = activationScale(range);
  let sum = 0;
  for (const value of samples) {
    const level = Math.min(Math.max(Math.round(value / scale) + zeroPoint, 0), 255);
    sum += ((level - zeroPoint) * scale - value) ** 2;
  }
  return sum;
}
