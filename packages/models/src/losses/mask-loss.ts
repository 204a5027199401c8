import type { GraphBuilder } from '../graph/graph-builder.js';
import type { Value } from '../graph/graph.js';
import { diceLoss } from './dice.js';
import { focalLoss, focalLossOnProbability } from './focal.js';
import { iouLoss } from './iou.js';
import type { PixelSpace } from './pixel-space.js';

/** `sam`: focal loss on logits, as the SAM paper means it. `otx`: on probabilities, as OTX computes it. */
export type LossKind = 'sam' | 'otx';

/** The total and its terms; each a scalar. */
export interface MaskLoss<T = Value> {
  /** 20 · focal + dice + iou */
  readonly loss: T;
  readonly focal: T;
  readonly dice: T;
  readonly iou: T;
}

const FOCAL_WEIGHT = 20;

/** SAM's loss of masks and predicted IoU. `weights` [prompts] is what each prompt counts: 1 / masks of the batch, 0 for padding. */
export function maskLoss(kind: LossKind, space: PixelSpace, predictedIou: Value, weights: Value): MaskLoss {
  return weightedLoss(space.builder, maskTerms(kind, space, predictedIou), { mask: weights, iou: weights });
}

/** A loss's terms, mask by mask: [masks] each. */
export type MaskTerms = Omit<MaskLoss, 'loss'>;

export function maskTerms(kind: LossKind, space: PixelSpace, predictedIou: Value): MaskTerms {
  return {
    focal: kind === 'otx' ? focalLossOnProbability(space) : focalLoss(space),
    dice: diceLoss(space),
    iou: iouLoss(space, predictedIou),
  };
}

/** The part that is about the mask itself, 20 · focal + dice. */
export function segmentationLoss(builder: GraphBuilder, { focal, dice }: Omit<MaskTerms, 'iou'>): Value {
  return builder.emit('Add', [builder.emit('Mul', [focal, builder.constant(FOCAL_WEIGHT)]), dice]);
}

/** Sums over masks, each with its weight [masks] in the terms about the mask and in that about its IoU. */
export function weightedLoss(
  builder: GraphBuilder,
  terms: MaskTerms,
  weights: { readonly mask: Value; readonly iou: Value },
): MaskLoss {
  const total = (term: Value, weight: Value): Value =>
    builder.emit('ReduceSum', [builder.emit('Mul', [term, weight])], { axes: [0], keepdims: false });
  const focal = total(terms.focal, weights.mask);
  const dice = total(terms.dice, weights.mask);
  const iou = total(terms.iou, weights.iou);
  return { loss: builder.emit('Add', [segmentationLoss(builder, { focal, dice }), iou]), focal, dice, iou };
}
