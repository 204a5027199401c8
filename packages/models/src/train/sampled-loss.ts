import type { Feeds } from '../engines/tensor-engine.js';
import { float32Tensor } from '../engines/tensor.js';
import { CHANNELS, IMAGE_TOKENS, LOW_RES_PIXELS } from '../sam/shape.js';
import type { MicroBatch } from './micro-batches.js';
import { arrangeRows, sampleTokens, TOKEN_PIXELS } from './sample-tokens.js';
import { stack } from './stack.js';
import { randomOfItem, type TrainItem } from './train-item.js';

/** What `sampledFeeds` changes of a run's feeds: data in logit order and token-major. */
export interface WholeFeeds {
  /** [prompts, LOW_RES_PIXELS] */
  readonly targets: Float32Array;
  /** Each [IMAGE_TOKENS, CHANNELS]. */
  readonly image: Float32Array;
  readonly imagePositions: Float32Array;
}

/**
 * Feeds of a loss that is taken on `count` of the image tokens. The decoder doesn't care in which order the image tokens come, as long as
 * their positions come in the same: with the sample's tokens first, the part of its work that makes 16 logits of each token can stop after
 * them, and what comes out is what the whole work would give there. The draw depends on the item's own randomness and the first prompt.
 */
export function sampledFeeds(item: TrainItem, { prompts }: MicroBatch, count: number, whole: WholeFeeds): Feeds {
  const random = randomOfItem(item)('loss', item.prompts[prompts[0]!]!.instance);
  const { order, importance } = sampleTokens(whole.targets, count, random);
  const chosen = order.subarray(0, count);
  const targets = prompts.map((_, i) =>
    arrangeRows(whole.targets.subarray(i * LOW_RES_PIXELS, (i + 1) * LOW_RES_PIXELS), chosen),
  );
  return {
    image: float32Tensor([IMAGE_TOKENS, CHANNELS], arrangeRows(whole.image, order)),
    imagePositions: float32Tensor([IMAGE_TOKENS, CHANNELS], arrangeRows(whole.imagePositions, order)),
    targets: float32Tensor([prompts.length, count, TOKEN_PIXELS], stack(targets)),
    importance: float32Tensor([count, 1], importance),
  };
}
