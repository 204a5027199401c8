import type { Feeds } from '../engines/tensor-engine.js';
import { float32Tensor, type Tensor } from '../engines/tensor.js';
import type { Value } from '../graph/graph.js';
import { withoutMaskPrompt } from '../sam/image-input.js';
import { reshape } from '../sam/layers.js';
import { maskEmbedding } from '../sam/mask-prompt.js';
import { createPromptEncoder, createPromptPositions } from '../sam/prompt-encoder.js';
import { kindRows, NO_MASK, promptTokens, TOKEN_KINDS, tokenEmbeddings } from '../sam/prompt-tokens.js';
import { within, type Scope } from '../sam/scope.js';
import { CHANNELS, GRID, IMAGE_TOKENS, LOW_RES_PIXELS } from '../sam/shape.js';
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

/** Where the prompt encoder's embeddings are added: in the graph only if they are trained, as that costs work. */
const inGraph = (trained: ReadonlySet<string> | undefined) => ({
  tokens: Object.values(tokenEmbeddings).some((name) => trained?.has(name)),
  noMask: trained?.has(NO_MASK) ?? false,
});

/**
 * The decoder's inputs: `image` [IMAGE_TOKENS, CHANNELS], to which the graph adds the embedding of "no mask prompt" if that is trained,
 * or that of `maskPrompts` [prompts, LOW_RES_PIXELS] where there are any; and `sparse` [prompts, tokens, CHANNELS], or `positions` and `kinds` (see `promptTokens`) if a token's embedding is.
 */
export function promptInputs(
  scope: Scope,
  { prompts, tokens, maskPrompts = false, grid = GRID }: InputShape,
  trained: ReadonlySet<string> | undefined,
): { readonly image: Value; readonly sparse: Value } {
  const { builder, parameter } = scope;
  const where = inGraph(trained);
  const embedding = reshape(builder, builder.input('image', [grid * grid, CHANNELS]), [1, grid * grid, CHANNELS]);
  const dense = (): Value | undefined => {
    if (!maskPrompts) return where.noMask ? parameter(NO_MASK) : undefined;
    return maskEmbedding(within(scope, 'prompt_encoder'), builder.input('maskPrompts', [prompts, 16 * grid * grid]));
  };
  const added = dense();
  const shape = [prompts, tokens, CHANNELS];
  return {
    image: added === undefined ? embedding : builder.emit('Add', [embedding, added]),
    sparse: where.tokens
      ? promptTokens({ builder, parameter }, builder.input('positions', shape))
      : builder.input('sparse', shape),
  };
}

/** The feed of `image`, made once for all micro-batches that ask the same embedding. */
function imageFeed(weights: Weights): (embedding: Float32Array, asItIs: boolean) => Tensor {
  const withoutMask = withoutMaskPrompt(weights);
  const made = new WeakMap<Float32Array, Tensor>();
  return (embedding, asItIs) => {
    const shape = [IMAGE_TOKENS, CHANNELS];
    if (asItIs) return float32Tensor(shape, embedding);
    const known = made.get(embedding) ?? float32Tensor(shape, withoutMask(embedding));
    made.set(embedding, known);
    return known;
  };
}

/** Feeds of these inputs. */
export function promptFeeds(
  weights: Weights,
  trained: ReadonlySet<string>,
): (item: TrainItem, batch: MicroBatch) => Feeds {
  const where = inGraph(trained);
  const encodePrompt = createPromptEncoder(weights);
  const positionsOf = createPromptPositions(weights);
  const imageOf = imageFeed(weights);
  return (item, { prompts, tokens }) => {
    const { embedding, maskPrompts } = item;
    const dense = maskPrompts && stack(prompts.map((index) => maskPrompts[index]!));
    const image = {
      image: imageOf(embedding, where.noMask || maskPrompts !== undefined),
      ...(dense && { maskPrompts: float32Tensor([prompts.length, LOW_RES_PIXELS], dense) }),
    };
    const shape = [prompts.length, tokens, CHANNELS];
    if (!where.tokens) {
      const sparse = stack(prompts.map((index) => encodePrompt(item.prompts[index]!, item)));
      return { ...image, sparse: float32Tensor(shape, sparse) };
    }
    const encoded = prompts.map((index) => positionsOf(item.prompts[index]!, item));
    const kinds = kindRows(encoded.flatMap((each) => each.kinds));
    return {
      ...image,
      positions: float32Tensor(shape, stack(encoded.map(({ positions }) => positions))),
      kinds: float32Tensor([prompts.length * tokens, TOKEN_KINDS.length], kinds),
    };
  };
}
