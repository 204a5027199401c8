import type { Value } from '../graph/graph.js';
import { sumPixels, type PixelSpace } from './pixel-space.js';
import { wrongProbability } from './wrong-answer.js';

/**
 * Dice loss with smoothing 1: 1 - (2 Σ p t + 1) / (Σ p + Σ t + 1). Returns [prompts]. With e the wrong answer's probability,
 * Σ p t = Σ t - Σ e t and Σ p = Σ t + Σ e - 2 Σ e t.
 */
export function diceLoss(space: PixelSpace): Value {
  const { builder, targets } = space;
  const add = (a: Value, b: Value): Value => builder.emit('Add', [a, b]);
  const wrong = wrongProbability(space);
  const wanted = sumPixels(space, targets);
  const missed = sumPixels(space, builder.emit('Mul', [wrong, targets]));
  const one = builder.constant(1);
  const two = builder.constant(2);
  const doubleOverlap = builder.emit('Mul', [builder.emit('Sub', [wanted, missed]), two]);
  // Σ p + Σ t = 2 (Σ t - Σ e t) + Σ e
  const total = add(doubleOverlap, sumPixels(space, wrong));
  return builder.emit('Sub', [one, builder.emit('Div', [add(doubleOverlap, one), add(total, one)])]);
}
