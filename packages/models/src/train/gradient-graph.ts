import { gradients } from '../autodiff/backward.js';
import { GraphBuilder } from '../graph/graph-builder.js';
import type { Graph, Shape, Value } from '../graph/graph.js';
import { maskLoss, type LossKind } from '../losses/mask-loss.js';
import { lowResolution, originalResolution, sampledResolution, type PixelSpace } from '../losses/pixel-space.js';
import { next } from '../optim/adam.js';
import { maskDecoder } from '../sam/mask-decoder.js';
import { parameterInputs, within } from '../sam/scope.js';
import { CHANNELS, IMAGE_TOKENS, LOW_RES, LOW_RES_PIXELS } from '../sam/shape.js';
import { reshape } from '../sam/layers.js';
import { TOKEN_PIXELS } from './sample-tokens.js';
import type { Weights } from '../weights/weights.js';

/** What a gradient graph is made for. */
export interface GradientGraphShape {
  readonly prompts: number;
  /** Tokens of each prompt. */
  readonly tokens: number;
  readonly loss: LossKind;
  /** `low`: loss on the decoder's 256x256 logits. Otherwise at an image's size, padded to this. */
  readonly resolution: 'low' | { readonly width: number; readonly height: number };
  /** The loss looks at the first so many image tokens alone, at low resolution. @default all */
  readonly lossTokens?: number;
}

/**
 * Forward pass, loss and gradients of a micro-batch, added to the sums so far.
 *
 * Inputs: `image` [IMAGE_TOKENS, CHANNELS] (embedding plus dense prompt), `imagePositions`, `sparse` [prompts, tokens, CHANNELS],
 * `targets`, `weights` [prompts], each parameter under its name, and `gradient:<parameter>`; at an image's size also `rows`,
 * `columns`, `padding` and `share` (see `OriginalPixels`); with `lossTokens` `importance` (see `sampledFeeds`). Outputs: `loss`, `focal`, `dice`, `iou`, `next:gradient:<parameter>`.
 */
export function gradientGraph(
  weights: Weights,
  shape: GradientGraphShape,
): { readonly graph: Graph; readonly parameters: readonly string[] } {
  const builder = new GraphBuilder();
  const scope = parameterInputs(builder, weights);
  const image = builder.input('image', [IMAGE_TOKENS, CHANNELS]);
  const imagePositions = builder.input('imagePositions', [IMAGE_TOKENS, CHANNELS]);
  const sparse = builder.input('sparse', [shape.prompts, shape.tokens, CHANNELS]);
  const inputs = { image: reshape(builder, image, [1, IMAGE_TOKENS, CHANNELS]), imagePositions, sparse };
  const { logits, iou } = maskDecoder(within(scope, 'mask_decoder'), inputs, 1, shape.lossTokens);
  const rows = reshape(builder, logits, [shape.prompts, logits.shape[2]!]);
  const space = pixelSpace(builder, rows, shape);
  const terms = maskLoss(
    shape.loss,
    space,
    reshape(builder, iou, [shape.prompts]),
    builder.input('weights', [shape.prompts]),
  );

  const found = gradients(builder, terms.loss, [...scope.used.values()]);
  const sums: Record<string, Value> = {};
  for (const [name, value] of scope.used) {
    const gradient = found.get(value)!;
    const sum = `gradient:${name}`;
    sums[next(sum)] = builder.emit('Add', [builder.input(sum, value.shape), gradient]);
  }
  return { graph: builder.build({ ...terms, ...sums }), parameters: [...scope.used.keys()] };
}

function pixelSpace(
  builder: GraphBuilder,
  logits: Value,
  { prompts, resolution, lossTokens }: GradientGraphShape,
): PixelSpace {
  if (lossTokens !== undefined) {
    const targets = builder.input('targets', [prompts, lossTokens, TOKEN_PIXELS]);
    return sampledResolution(builder, logits, targets, builder.input('importance', [lossTokens, 1]));
  }
  if (resolution === 'low') return lowResolution(builder, logits, builder.input('targets', [prompts, LOW_RES_PIXELS]));
  const { width, height } = resolution;
  const input = (name: string, shape: Shape): Value => builder.input(name, shape);
  return originalResolution(builder, logits, {
    targets: input('targets', [prompts, height, width]),
    rows: input('rows', [height, LOW_RES]),
    columns: input('columns', [width, LOW_RES]),
    padding: input('padding', [height, width]),
    share: input('share', []),
  });
}
