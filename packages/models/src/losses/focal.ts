import type { Value } from '../graph/graph.js';
import { sumPixels, type PixelSpace } from './pixel-space.js';
import { wrongLogit, wrongProbability } from './wrong-answer.js';

/** Weight of wanted pixels; the others get 1 - ALPHA. */
const ALPHA = 0.25;

/**
 * Focal loss (Lin et al. 2017; γ = 2): the mean over a mask's pixels of α_t (1 - p_t)² · cross entropy. Returns [prompts].
 */
export function focalLoss(space: PixelSpace): Value {
  return weighted(space, space.builder.emit('Softplus', [wrongLogit(space)]));
}

/**
 * OTX's focal loss: its cross entropy takes the *probability* for a logit, softplus(p) - p t. With p = 1 - e where 1 is wanted and
 * p = e elsewhere (e the wrong answer's probability) that is softplus(e - t) in both cases.
 */
export function focalLossOnProbability(space: PixelSpace): Value {
  const { builder, targets } = space;
  return weighted(space, builder.emit('Softplus', [builder.emit('Sub', [wrongProbability(space), targets])]));
}

function weighted(space: PixelSpace, crossEntropy: Value): Value {
  const { builder, targets, share } = space;
  const wrong = wrongProbability(space);
  const focused = builder.emit('Mul', [builder.emit('Mul', [wrong, wrong]), crossEntropy]);
  // ALPHA where the target is 1, 1 - ALPHA where it is 0, in one pass: neither is cut.
  const alpha = builder.emit('HardSigmoid', [targets], { alpha: 2 * ALPHA - 1, beta: 1 - ALPHA });
  return builder.emit('Mul', [sumPixels(space, builder.emit('Mul', [focused, alpha])), share]);
}
