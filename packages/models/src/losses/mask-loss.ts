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
  const { builder } = space;
  const total = (terms: Value): Value =>
    builder.emit('ReduceSum', [builder.emit('Mul', [terms, weights])], { axes: [0], keepdims: false });
  const focal = total(kind === 'otx' ? focalLossOnProbability(space) : focalLoss(space));
  const dice = total(diceLoss(space));
  const iou = total(iouLoss(space, predictedIou));
  const weightedFocal = builder.emit('Mul', [focal, builder.constant(FOCAL_WEIGHT)]);
  return { loss: builder.emit('Add', [builder.emit('Add', [weightedFocal, dice]), iou]), focal, dice, iou };
}
