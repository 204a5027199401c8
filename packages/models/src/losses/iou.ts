import type { Value } from '../graph/graph.js';
import { sumPixels, type PixelSpace } from './pixel-space.js';

/** The true IoU of the masks (logit > 0) with their targets, [prompts]. Nothing flows back through it. */
function trueIou(space: PixelSpace): Value {
  const { builder, logits, targets } = space;
  const mask = builder.emit('Cast', [builder.emit('Greater', [logits, builder.constant(0)])], { to: 'float32' });
  const overlap = sumPixels(space, builder.emit('Mul', [mask, targets]));
  const both = builder.emit('Add', [sumPixels(space, mask), sumPixels(space, targets)]);
  const union = builder.emit('Sub', [both, overlap]);
  return builder.emit('Div', [overlap, builder.emit('Add', [union, builder.constant(1e-7)])]);
}

/** Squared error of the predicted IoU, [prompts]. */
export function iouLoss(space: PixelSpace, predicted: Value): Value {
  const error = space.builder.emit('Sub', [predicted, trueIou(space)]);
  return space.builder.emit('Mul', [error, error]);
}
