import { modelErrors } from '../errors.js';
import { IMAGE_TOKENS } from '../sam/shape.js';
import type { ResolutionChoice } from './loss-resolution.js';

/** The part of a trainer's options that it looks at. */
interface LossOptions {
  readonly lossTokens?: number;
  readonly lossWindow?: number;
  readonly resolution?: ResolutionChoice;
  readonly corrections?: number;
}

/** Throws `models/SAMPLED_LOSS`, `models/LOSS_WINDOW` or `models/CORRECTIONS` where a trainer can't take these options, or not together: before anything is computed. */
export function refuseLossOptions(options: LossOptions): void {
  const { lossTokens, lossWindow, resolution = 'low', corrections = 0 } = options;
  if (lossTokens !== undefined) {
    const possible = Number.isInteger(lossTokens) && lossTokens >= 2 && lossTokens < IMAGE_TOKENS;
    if (!possible || resolution === 'original') throw modelErrors.SAMPLED_LOSS({ tokens: lossTokens, resolution });
  }
  if (lossWindow !== undefined) {
    const problem = problemWithWindow(options);
    if (problem !== undefined) throw modelErrors.LOSS_WINDOW({ problem });
  }
  if (!Number.isInteger(corrections) || corrections < 0) {
    throw modelErrors.CORRECTIONS({ problem: `must be a whole number from 0, not ${String(corrections)}` });
  }
  const partial = lossTokens !== undefined ? 'loss-tokens' : lossWindow !== undefined ? 'loss-window' : undefined;
  if (corrections === 0 || partial === undefined) return;
  const problem = `${String(corrections)} need whole answers, and ${partial} makes parts of them; leave one of the two out`;
  throw modelErrors.CORRECTIONS({ problem });
}

/** Margins that leave room for an object in the largest window. */
const MOST_MARGIN = 8;

function problemWithWindow({ lossWindow, lossTokens, resolution }: LossOptions): string | undefined {
  if (!Number.isInteger(lossWindow) || lossWindow! < 0 || lossWindow! > MOST_MARGIN)
    return `the margin must be a whole number of image tokens, 0 to ${String(MOST_MARGIN)}, not ${String(lossWindow)}`;
  if (resolution === 'original')
    return 'windows are of the low resolution, not of resolution "original"; leave one of the two out';
  return lossTokens === undefined ? undefined : 'loss-tokens picks image tokens, too; leave one of the two out';
}
