import { randomOf, type Random } from '@sluice/core';
import type { BitMask, Frame, Prompt } from '@sluice/data';

/** An image, what is asked about it, and the answers. */
export interface TrainItem {
  /** Names the item in errors, such as `Sample.key`. */
  readonly key: string;
  /** Token-major image embedding, `[4096, 256]`. */
  readonly embedding: Float32Array;
  readonly image: { readonly width: number; readonly height: number };
  readonly frame: Frame;
  /** In the image's pixels. */
  readonly prompts: readonly Prompt[];
  /** The masks to predict, one a prompt, at the image's size. */
  readonly masks: readonly BitMask[];
  /** Earlier answers that the prompts bring, one a prompt: logits in logit order, [LOW_RES_PIXELS]. @default none */
  readonly maskPrompts?: readonly Float32Array[];
  /** How much each prompt counts in the loss. @default 1 each */
  readonly weights?: readonly number[];
  /** What is drawn for this item, by name; the same each time it is asked. @default depends on the key alone */
  readonly random?: (...names: readonly (string | number)[]) => Random;
}

/** An item's own randomness. */
export const randomOfItem = ({ key, random }: TrainItem): NonNullable<TrainItem['random']> =>
  random ?? ((...names) => randomOf(0, key, ...names));
