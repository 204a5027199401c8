import { gradients } from '../autodiff/backward.js';
import { GraphBuilder } from '../graph/graph-builder.js';
import type { Graph, Shape, Value } from '../graph/graph.js';
import { maskLoss, type LossKind } from '../losses/mask-loss.js';
import { lowResolution, originalResolution, sampledResolution, type PixelSpace } from '../losses/pixel-space.js';
import { next } from '../optim/names.js';
import { maskDecoder } from '../sam/mask-decoder.js';
import { parameterInputs, within } from '../sam/scope.js';
import { CHANNELS, GRID, LOW_RES } from '../sam/shape.js';
import { reshape } from '../sam/layers.js';
import type { Weights } from '../weights/weights.js';
import { promptInputs } from './prompt-inputs.js';
import { TOKEN_PIXELS } from './sample-tokens.js';

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
  /** Image tokens of a prompt that become logits at a time, and their gradients. @default all */
  readonly tokensAtOnce?: number;
  /** Whether each prompt brings a mask. @default false */
  readonly maskPrompts?: boolean;
  /** Whether the logits come out. @default false */
  readonly answers?: boolean;
  /** Side of the embedding; with a smaller one, at low resolution, the graph can be tried where computing is slow. @default GRID */
  readonly grid?: number;
}

/**
 * Forward pass, loss and gradients of a micro-batch, added to the sums so far.
 *
 * Inputs: `image` [IMAGE_TOKENS, CHANNELS] (embedding plus dense prompt), `imagePositions`, `sparse` [prompts, tokens, CHANNELS],
 * `targets`, `weights` [prompts], each parameter under its name, and `gradient:<parameter>`; at an image's size also `rows`,
 * `columns`, `padding` and `share` (see `OriginalPixels`); with `lossTokens` `importance` (see `sampledFeeds`). Where the prompt encoder is `trained`, or there are mask prompts, see `promptInputs`.
 * Outputs: `loss`, `focal`, `dice`, `iou`, `next:gradient:<parameter>`, and with `answers` the logits in logit order, [prompts, LOW_RES_PIXELS].
 */
export function gradientGraph(
  weights: Weights,
  shape: GradientGraphShape,
  trained?: ReadonlySet<string>,
): { readonly graph: Graph; readonly parameters: readonly string[]; readonly frozen: readonly string[] } {
  const builder = new GraphBuilder();
  const scope = parameterInputs(builder, weights);
  const { grid = GRID } = shape;
  const imagePositions = builder.input('imagePositions', [grid * grid, CHANNELS]);
  const { image, sparse } = promptInputs(scope, shape, trained);
  const inputs = { image, imagePositions, sparse };
  const { logits, iou } = maskDecoder(within(scope, 'mask_decoder'), inputs, 1, {
    imageTokens: shape.lossTokens,
    atOnce: shape.tokensAtOnce,
  });
  const answers = reshape(builder, logits, [shape.prompts, logits.shape[2]!]);
  const space = pixelSpace(builder, answers, shape);
  const terms = maskLoss(
    shape.loss,
    space,
    reshape(builder, iou, [shape.prompts]),
    builder.input('weights', [shape.prompts]),
  );

  const used = [...scope.used];
  const changing = used.filter(([name]) => trained?.has(name) ?? true);
  const found = gradients(
    builder,
    terms.loss,
    changing.map(([, value]) => value),
  );
  const sums: Record<string, Value> = {};
  for (const [name, value] of changing) {
    const gradient = found.get(value)!;
    const sum = `gradient:${name}`;
    sums[next(sum)] = builder.emit('Add', [builder.input(sum, value.shape), gradient]);
  }
  return {
    graph: builder.build({ ...terms, ...sums, ...(shape.answers && { answers }) }),
    parameters: changing.map(([name]) => name),
    frozen: used.map(([name]) => name).filter((name) => trained?.has(name) === false),
  };
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
  if (resolution === 'low') return lowResolution(builder, logits, builder.input('targets', logits.shape));
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
