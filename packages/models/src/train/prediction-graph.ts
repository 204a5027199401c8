import { GraphBuilder } from '../graph/graph-builder.js';
import type { Graph } from '../graph/graph.js';
import { maskDecoder } from '../sam/mask-decoder.js';
import { parameterInputs, within } from '../sam/scope.js';
import { CHANNELS, IMAGE_TOKENS, type MASK_TOKENS } from '../sam/shape.js';
import type { Weights } from '../weights/weights.js';
import { promptInputs } from './prompt-inputs.js';

/** What a prediction graph is made for. */
export interface PredictionGraphShape {
  readonly prompts: number;
  readonly tokens: number;
  readonly masks: 1 | typeof MASK_TOKENS;
  /** Whether each prompt brings a mask. */
  readonly maskPrompts: boolean;
  /** Image tokens of a prompt that become logits at a time. @default all */
  readonly tokensAtOnce?: number;
}

/**
 * The decoder alone. Inputs: `image` [IMAGE_TOKENS, CHANNELS], `imagePositions`, `sparse` [prompts, tokens, CHANNELS], `maskPrompts` [prompts, LOW_RES_PIXELS] in logit order if there are any, and
 * the parameters under their names. Outputs: `logits` [prompts, masks, LOW_RES_PIXELS] in logit order, `iou` [prompts, masks].
 */
export function predictionGraph(
  weights: Weights,
  { prompts, tokens, masks, maskPrompts, tokensAtOnce }: PredictionGraphShape,
): { readonly graph: Graph; readonly parameters: readonly string[] } {
  const builder = new GraphBuilder();
  const scope = parameterInputs(builder, weights);
  const imagePositions = builder.input('imagePositions', [IMAGE_TOKENS, CHANNELS]);
  const { image, sparse } = promptInputs(scope, { prompts, tokens, maskPrompts }, undefined);
  const outputs = maskDecoder(within(scope, 'mask_decoder'), { image, imagePositions, sparse }, masks, {
    atOnce: tokensAtOnce,
  });
  return { graph: builder.build(outputs), parameters: [...scope.used.keys()] };
}
