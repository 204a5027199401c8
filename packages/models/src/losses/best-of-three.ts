import type { Value } from '../graph/graph.js';
import { MASK_TOKENS } from '../sam/shape.js';
import { reshape } from '../sam/layers.js';
import { maskTerms, segmentationLoss, weightedLoss, type LossKind, type MaskLoss } from './mask-loss.js';
import type { PixelSpace } from './pixel-space.js';

const AMBIGUOUS = MASK_TOKENS - 1;

/**
 * The loss of prompts that may mean several things and get a mask from each of the four tokens: half that of token 0, which answers alone,
 * and half that of the best of the other three, so that nobody has to be right about what was not meant. Which is best, 20 · focal + dice says.
 * Of the predicted IoUs, by which the three are ranked, all three count. In `space` and `predictedIou` a prompt's masks follow each other,
 * [prompts * MASK_TOKENS, ...]; `weights` [prompts] is as in `maskLoss`.
 */
export function bestOfThreeLoss(kind: LossKind, space: PixelSpace, predictedIou: Value, weights: Value): MaskLoss {
  const { builder } = space;
  const [prompts] = weights.shape as readonly [number];
  const terms = maskTerms(kind, space, predictedIou);
  const losses = reshape(builder, segmentationLoss(builder, terms), [prompts, MASK_TOKENS]);
  const three = builder.emit('Slice', [losses], { axis: 1, start: 1, end: MASK_TOKENS });
  const least = builder.emit('Neg', [builder.emit('ReduceMax', [builder.emit('Neg', [three])], { axes: [1] })]);
  const isLeast = builder.emit('Cast', [builder.emit('GreaterOrEqual', [least, three])], { to: 'float32' });
  // Equally good ones share.
  const shares = builder.emit('Div', [isLeast, builder.emit('ReduceSum', [isLeast], { axes: [1], keepdims: true })]);
  const alone = builder.constant(new Float32Array(prompts).fill(1), [prompts, 1]);
  const counts = builder.emit('Concat', [alone, shares], { axis: 1 });
  const ranked = builder.constant([1, ...new Array<number>(AMBIGUOUS).fill(1 / AMBIGUOUS)], [1, MASK_TOKENS]);
  const half = builder.emit('Mul', [reshape(builder, weights, [prompts, 1]), builder.constant(0.5)]);
  const each = (share: Value): Value => reshape(builder, builder.emit('Mul', [half, share]), [prompts * MASK_TOKENS]);
  return weightedLoss(builder, terms, { mask: each(counts), iou: each(ranked) });
}
