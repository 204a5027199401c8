import type { BitMask } from '@sluice/data';
import { modelErrors } from '../errors.js';

/** Pixels of a predicted mask against the truth. */
export interface Confusion {
  readonly truePositives: number;
  readonly falsePositives: number;
  readonly falseNegatives: number;
}

/** Counts pixels whose logit is above 0 (SAM's mask threshold) against a mask of the same size; `logits` is `[height, width]`. */
export function confusion(logits: Float32Array, truth: BitMask): Confusion {
  const { width, height, data } = truth;
  if (logits.length !== data.length) {
    const problem = `${String(logits.length)} logits don't cover a mask of ${String(width)}x${String(height)}; upsample them first`;
    throw modelErrors.TENSOR_MISMATCH({ where: 'confusion', problem });
  }
  let truePositives = 0;
  let predicted = 0;
  let actual = 0;
  for (let i = 0; i < data.length; i++) {
    const positive = logits[i]! > 0 ? 1 : 0;
    predicted += positive;
    actual += data[i]!;
    truePositives += positive & data[i]!;
  }
  return { truePositives, falsePositives: predicted - truePositives, falseNegatives: actual - truePositives };
}
