import type { Value } from '../../graph/graph.js';

/**
 * The image's tokens as attention sees them. One copy, [1, IMAGE_TOKENS, channels], stands for all prompts as long as no prompt
 * has changed it; then each prompt has its own, [prompts, IMAGE_TOKENS, channels].
 */
export interface ImageSide {
  readonly tokens: Value;
  /** The tokens plus their position encodings. */
  readonly positioned: Value;
}

/** Whether one copy stands for all prompts: then projecting it once is cheaper than absorbing the projection into every prompt's tokens. */
export const isShared = ({ tokens }: ImageSide): boolean => tokens.shape[0] === 1;
