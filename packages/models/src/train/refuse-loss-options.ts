import { modelErrors } from '../errors.js';
import { IMAGE_TOKENS } from '../sam/shape.js';
import type { ResolutionChoice } from './loss-resolution.js';

/** The part of a trainer's options that it looks at. */
interface LossOptions {
  readonly lossTokens?: number;
  readonly resolution?: ResolutionChoice;
  readonly corrections?: number;
}

/** Throws `models/SAMPLED_LOSS` or `models/CORRECTIONS` where a trainer can't take these options, or not together: before anything is computed. */
export function refuseLossOptions({ lossTokens, resolution = 'low', corrections = 0 }: LossOptions): void {
  if (lossTokens !== undefined) {
    const possible = Number.isInteger(lossTokens) && lossTokens >= 2 && lossTokens < IMAGE_TOKENS;
    if (!possible || resolution === 'original') throw modelErrors.SAMPLED_LOSS({ tokens: lossTokens, resolution });
  }
  if (!Number.isInteger(corrections) || corrections < 0) {
    throw modelErrors.CORRECTIONS({ problem: `must be a whole number from 0, not ${String(corrections)}` });
  }
  if (corrections === 0 || lossTokens === undefined) return;
  const problem = `${String(corrections)} need whole answers, and loss-tokens makes parts of them; leave one of the two out`;
  throw modelErrors.CORRECTIONS({ problem });
}
