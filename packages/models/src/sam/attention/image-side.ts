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

/**
 * Whether to project the image side: once, where one copy stands for all prompts. Otherwise, and for few prompts, it costs less to
 * absorb the projections into the prompts' tokens: a projection of the image takes as much as 2.3 prompts of 7 tokens.
 */
export const isProjected = ({ tokens }: ImageSide, prompts: number): boolean => tokens.shape[0] === 1 && prompts > 2;
