import type { Feeds } from '../engines/tensor-engine.js';
import { float32Tensor, type Tensor } from '../engines/tensor.js';
import type { Value } from '../graph/graph.js';
import { withoutMaskPrompt } from '../sam/image-input.js';
import { createPromptEncoder, createPromptPositions } from '../sam/prompt-encoder.js';
import { kindRows, NO_MASK, promptTokens, TOKEN_KINDS, tokenEmbeddings } from '../sam/prompt-tokens.js';
import type { Scope } from '../sam/scope.js';
import { CHANNELS, GRID, IMAGE_TOKENS } from '../sam/shape.js';
import type { Weights } from '../weights/weights.js';
import type { MicroBatch } from './micro-batches.js';
import { stack } from './stack.js';
import type { TrainItem } from './train-item.js';

/** What a graph's inputs are made for; see `GradientGraphShape`. */
interface InputShape {
  readonly prompts: number;
  readonly tokens: number;
  readonly grid?: number;
}

/** Where the prompt encoder's embeddings are added: in the graph only if they are trained, as that costs work. */
const inGraph = (trained: ReadonlySet<string> | undefined) => ({
  tokens: Object.values(tokenEmbeddings).some((name) => trained?.has(name)),
  noMask: trained?.has(NO_MASK) ?? false,
});

/**
 * The decoder's inputs: `image` [IMAGE_TOKENS, CHANNELS], to which the graph adds the embedding of "no mask prompt" if that is trained;
 * and `sparse` [prompts, tokens, CHANNELS], or `positions` and `kinds` (see `promptTokens`) if a token's embedding is.
 */
export function promptInputs(
  { builder, parameter }: Scope,
  { prompts, tokens, grid = GRID }: InputShape,
  trained: ReadonlySet<string> | undefined,
): { readonly image: Value; readonly sparse: Value } {
  const where = inGraph(trained);
  const image = builder.input('image', [grid * grid, CHANNELS]);
  const shape = [prompts, tokens, CHANNELS];
  return {
    image: where.noMask ? builder.emit('Add', [image, parameter(NO_MASK)]) : image,
    sparse: where.tokens
      ? promptTokens({ builder, parameter }, builder.input('positions', shape))
      : builder.input('sparse', shape),
  };
}

/** The feed of `image`. */
export function imageFeed(weights: Weights, trained: ReadonlySet<string>): (item: TrainItem) => Tensor {
  const { noMask } = inGraph(trained);
  const withoutMask = withoutMaskPrompt(weights);
  return ({ embedding }) => float32Tensor([IMAGE_TOKENS, CHANNELS], noMask ? embedding : withoutMask(embedding));
}

/** Feeds of the other inputs. */
export function promptFeeds(
  weights: Weights,
  trained: ReadonlySet<string>,
): (item: TrainItem, batch: MicroBatch) => Feeds {
  const where = inGraph(trained);
  const encodePrompt = createPromptEncoder(weights);
  const positionsOf = createPromptPositions(weights);
  return (item, { prompts, tokens }) => {
    const shape = [prompts.length, tokens, CHANNELS];
    if (!where.tokens) {
      const sparse = stack(prompts.map((index) => encodePrompt(item.prompts[index]!, item)));
      return { sparse: float32Tensor(shape, sparse) };
    }
    const encoded = prompts.map((index) => positionsOf(item.prompts[index]!, item));
    const kinds = kindRows(encoded.flatMap((each) => each.kinds));
    return {
      positions: float32Tensor(shape, stack(encoded.map(({ positions }) => positions))),
      kinds: float32Tensor([prompts.length * tokens, TOKEN_KINDS.length], kinds),
    };
  };
}
