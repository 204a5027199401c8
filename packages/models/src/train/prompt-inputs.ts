import type { Feeds } from '../engines/tensor-engine.js';
import { float32Tensor } from '../engines/tensor.js';
import type { Value } from '../graph/graph.js';
import { reshape } from '../sam/layers.js';
import { maskEmbedding } from '../sam/mask-prompt.js';
import { createPromptEncoder, createPromptPositions } from '../sam/prompt-encoder.js';
import { kindRows, NO_MASK, promptTokens, TOKEN_KINDS, tokenEmbeddings } from '../sam/prompt-tokens.js';
import { within, type Scope } from '../sam/scope.js';
import { CHANNELS, GRID, LOW_RES_PIXELS } from '../sam/shape.js';
import type { Weights } from '../weights/weights.js';
import type { MicroBatch } from './micro-batches.js';
import { stack } from './stack.js';
import type { TrainItem } from './train-item.js';

/** What a graph's inputs are made for; see `GradientGraphShape`. */
interface InputShape {
  readonly prompts: number;
  readonly tokens: number;
  readonly maskPrompts?: boolean;
  readonly grid?: number;
}

/** Whether the embeddings of prompts' tokens are added in the graph: only if they are trained, as that costs work. */
const tokensInGraph = (trained: ReadonlySet<string> | undefined): boolean =>
  Object.values(tokenEmbeddings).some((name) => trained?.has(name));

/**
 * The decoder's inputs: `image` [IMAGE_TOKENS, CHANNELS], to which the graph adds the embedding of "no mask prompt", or that of
 * `maskPrompts` [prompts, LOW_RES_PIXELS] where there are any; and `sparse` [prompts, tokens, CHANNELS], or `positions` and `kinds` (see `promptTokens`) if a token's embedding is.
 */
export function promptInputs(
  scope: Scope,
  { prompts, tokens, maskPrompts = false, grid = GRID }: InputShape,
  trained: ReadonlySet<string> | undefined,
): { readonly image: Value; readonly sparse: Value } {
  const { builder, parameter } = scope;
  const embedding = reshape(builder, builder.input('image', [grid * grid, CHANNELS]), [1, grid * grid, CHANNELS]);
  const dense = maskPrompts
    ? maskEmbedding(within(scope, 'prompt_encoder'), builder.input('maskPrompts', [prompts, 16 * grid * grid]))
    : parameter(NO_MASK);
  const shape = [prompts, tokens, CHANNELS];
  return {
    image: builder.emit('Add', [embedding, dense]),
    sparse: tokensInGraph(trained)
      ? promptTokens({ builder, parameter }, builder.input('positions', shape))
      : builder.input('sparse', shape),
  };
}

/** Feeds of these inputs but `image`, which is the item's embedding. */
export function promptFeeds(
  weights: Weights,
  trained: ReadonlySet<string>,
): (item: TrainItem, batch: MicroBatch) => Feeds {
  const inGraph = tokensInGraph(trained);
  const encodePrompt = createPromptEncoder(weights);
  const positionsOf = createPromptPositions(weights);
  return (item, { prompts, tokens }) => {
    const { maskPrompts } = item;
    const masks = maskPrompts && stack(prompts.map((index) => maskPrompts[index]!));
    const dense = masks && { maskPrompts: float32Tensor([prompts.length, LOW_RES_PIXELS], masks) };
    const shape = [prompts.length, tokens, CHANNELS];
    if (!inGraph) {
      const sparse = stack(prompts.map((index) => encodePrompt(item.prompts[index]!, item)));
      return { ...dense, sparse: float32Tensor(shape, sparse) };
    }
    const encoded = prompts.map((index) => positionsOf(item.prompts[index]!, item));
    const kinds = kindRows(encoded.flatMap((each) => each.kinds));
    return {
      ...dense,
      positions: float32Tensor(shape, stack(encoded.map(({ positions }) => positions))),
      kinds: float32Tensor([prompts.length * tokens, TOKEN_KINDS.length], kinds),
    };
  };
}
