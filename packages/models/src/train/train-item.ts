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
}
