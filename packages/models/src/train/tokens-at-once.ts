import type { TensorEngine } from '../engines/tensor-engine.js';

/** Of all prompts together: upscaled, they make tensors of 2 MB. */
const TOKENS = 1024;

/**
 * Image tokens of a prompt that become logits at a time: few where the engine is bound by its caches, which hold a block's tensors from one
 * operator to the next, and all tokens' (8 MB a prompt) not. The rest of a step is the same either way, to the last bits of sums.
 */
export const tokensAtOnce = (
  { cacheBound = false }: Pick<TensorEngine, 'cacheBound'>,
  prompts: number,
): { readonly tokensAtOnce?: number } => (cacheBound ? { tokensAtOnce: Math.ceil(TOKENS / prompts) } : {});
