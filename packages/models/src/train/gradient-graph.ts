import { gradients } from '../autodiff/backward.js';
import { GraphBuilder } from '../graph/graph-builder.js';
import type { Graph, Shape, Value } from '../graph/graph.js';
import { bestOfThreeLoss } from '../losses/best-of-three.js';
import { maskLoss, type LossKind } from '../losses/mask-loss.js';
import { lowResolution, originalResolution, sampledResolution, type PixelSpace } from '../losses/pixel-space.js';
import { next } from '../optim/names.js';
import { maskDecoder } from '../sam/mask-decoder.js';
import { parameterInputs, within } from '../sam/scope.js';
import { CHANNELS, GRID, LOW_RES, MASK_TOKENS } from '../sam/shape.js';
import { reshape } from '../sam/layers.js';
import { NO_MASK } from '../sam/prompt-tokens.js';
import type { Weights } from '../weights/weights.js';
import { promptInputs } from './prompt-inputs.js';
import { TOKEN_PIXELS } from './sample-tokens.js';
import { tokensOfWindow } from './window-loss.js';

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
  /** Side of the window that the loss looks at, and a lattice outside it (see `tokensOfWindow`), at low resolution. @default all tokens */
  readonly window?: number;
  /** Image tokens of a prompt that become logits at a time, and their gradients. @default all */
  readonly tokensAtOnce?: number;
  /** Whether each prompt brings a mask. @default false */
  readonly maskPrompts?: boolean;
  /** Whether all four mask tokens are trained, by `bestOfThreeLoss`, instead of the first alone. @default false */
  readonly multimask?: boolean;
  /** Whether the first token's logits come out. @default false */
  readonly answers?: boolean;
  /** Side of the embedding; with a smaller one, at low resolution, the graph can be tried where computing is slow. @default GRID */
  readonly grid?: number;
}

/**
 * Forward pass, loss and gradients of a micro-batch, added to the sums so far.
 *
 * Inputs: `image` [IMAGE_TOKENS, CHANNELS], `imagePositions`, `sparse` [prompts, tokens, CHANNELS],
 * `targets`, `weights` [prompts], each parameter under its name, and `gradient:<parameter>`; at an image's size also `rows`,
 * `columns`, `padding` and `share` (see `OriginalPixels`); with `lossTokens` `importance` (see `sampledFeeds`), with `window` what `windowFeeds` makes. Where the prompt encoder is `trained`, or there are mask prompts, see `promptInputs`.
 * `trained` are the parameters that change; without it, all that the graph uses but the embedding of "no mask prompt".
 * Outputs: `loss`, `focal`, `dice`, `iou`, `next:gradient:<parameter>`, and with `answers` the first token's logits in logit order, [prompts, LOW_RES_PIXELS].
 */
export function gradientGraph(
  weights: Weights,
  shape: GradientGraphShape,
  trained?: ReadonlySet<string>,
): { readonly graph: Graph; readonly parameters: readonly string[]; readonly frozen: readonly string[] } {
  const builder = new GraphBuilder();
  const scope = parameterInputs(builder, weights);
  const { grid = GRID, multimask = false } = shape;
  const masks = multimask ? MASK_TOKENS : 1;
  const imagePositions = builder.input('imagePositions', [grid * grid, CHANNELS]);
  const { image, sparse } = promptInputs(scope, shape, trained);
  const inputs = { image, imagePositions, sparse };
  const { logits, iou } = maskDecoder(within(scope, 'mask_decoder'), inputs, masks, {
    pick: (all) => tokensOfLoss(builder, all, shape),
    atOnce: shape.tokensAtOnce,
  });
  const [prompts, , pixels] = logits.shape as readonly [number, number, number];
  const space = pixelSpace(builder, reshape(builder, logits, [prompts * masks, pixels]), shape);
  const predictedIou = reshape(builder, iou, [prompts * masks]);
  const lossOf = multimask ? bestOfThreeLoss : maskLoss;
  const terms = lossOf(shape.loss, space, predictedIou, builder.input('weights', [prompts]));

  const used = [...scope.used];
  const changes = (name: string): boolean => trained?.has(name) ?? name !== NO_MASK;
  const changing = used.filter(([name]) => changes(name));
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
  const firstToken = (): Value =>
    reshape(builder, builder.emit('Slice', [logits], { axis: 1, start: 0, end: 1 }), [prompts, pixels]);
  return {
    graph: builder.build({ ...terms, ...sums, ...(shape.answers && { answers: firstToken() }) }),
    parameters: changing.map(([name]) => name),
    frozen: used.map(([name]) => name).filter((name) => !changes(name)),
  };
}

/** The image tokens that the loss looks at. */
function tokensOfLoss(builder: GraphBuilder, all: Value, { lossTokens, window }: GradientGraphShape): Value {
  if (window !== undefined) return tokensOfWindow(builder, all, window);
  return lossTokens === undefined ? all : builder.emit('Slice', [all], { axis: 1, start: 0, end: lossTokens });
}

function pixelSpace(
  builder: GraphBuilder,
  logits: Value,
  { prompts, resolution, lossTokens, window }: GradientGraphShape,
): PixelSpace {
  const [masks, pixels] = logits.shape as readonly [number, number];
  /** An input that each prompt has one of, for all its masks. */
  const ofPrompts = (name: string, size: Shape): Value => {
    const each = builder.input(name, [prompts, ...size]);
    if (masks === prompts) return each;
    const apart = reshape(builder, each, [prompts, 1, ...size]);
    const repeated = builder.emit('Expand', [apart], { shape: [prompts, masks / prompts, ...size] });
    return reshape(builder, repeated, [masks, ...size]);
  };
  const targetsOf = (size: Shape): Value => ofPrompts('targets', size);
  if (window !== undefined) {
    const tokens = pixels / TOKEN_PIXELS;
    return sampledResolution(builder, logits, targetsOf([tokens, TOKEN_PIXELS]), ofPrompts('importance', [tokens, 1]));
  }
  if (lossTokens !== undefined) {
    const targets = targetsOf([lossTokens, TOKEN_PIXELS]);
    return sampledResolution(builder, logits, targets, builder.input('importance', [lossTokens, 1]));
  }
  if (resolution === 'low') return lowResolution(builder, logits, targetsOf([pixels]));
  const { width, height } = resolution;
  const input = (name: string, shape: Shape): Value => builder.input(name, shape);
  return originalResolution(builder, logits, {
    targets: targetsOf([height, width]),
    rows: input('rows', [height, LOW_RES]),
    columns: input('columns', [width, LOW_RES]),
    padding: input('padding', [height, width]),
    share: input('share', []),
  });
}
