import type { Value } from '../graph/graph.js';
import type { PixelSpace } from './pixel-space.js';

/**
 * Logit of the wrong answer at each pixel: -x where 1 is wanted, x where 0 is. Its sigmoid is the probability given to the wrong
 * answer, 1 - p_t in the words of the focal loss, and its softplus is the cross entropy. Computed from the logit, both stay exact
 * where the answer is almost certain.
 */
export function wrongLogit({ builder, logits, targets }: PixelSpace): Value {
  const sign = builder.emit('Sub', [builder.constant(1), builder.emit('Mul', [targets, builder.constant(2)])]);
  return builder.emit('Mul', [logits, sign]);
}

/** 1 - p_t: the probability given to the wrong answer. */
export function wrongProbability(space: PixelSpace): Value {
  return space.builder.emit('Sigmoid', [wrongLogit(space)]);
}
