import type { Value } from '../../graph/graph.js';
import { linear, project, reshape, rowsOf } from '../layers.js';
import { within, type Scope } from '../scope.js';
import { CHANNELS, HEADS } from '../shape.js';
import { gatherPrompts, scoreScale, splitHeads } from './heads.js';
import { isProjected, timesImage, type ImageSide } from './image-side.js';

/**
 * Cross attention from the image to each prompt's tokens (`key`, with positions, and `value`; both [prompts, tokens, channels]).
 * Returns [prompts, IMAGE_TOKENS, channels]. Scores are kept as [prompts, HEADS * tokens, IMAGE_TOKENS], the long axis innermost.
 *
 * The output projection is absorbed by the tokens' values; its bias is spread over the heads, whose shares sum to 1 each. The keys'
 * bias is left out: it adds the same to all scores of an image token and head, and softmax cancels it.
 */
export function imageToToken(scope: Scope, image: ImageSide, key: Value, value: Value): Value {
  const { builder, parameter } = scope;
  const prompts = key.shape[0]!;
  const k = splitHeads(builder, project(within(scope, 'k_proj'), key)); // [HEADS, prompts * tokens, width]
  const v = splitHeads(builder, linear(within(scope, 'v_proj'), value));
  const width = k.shape[2]!;

  const shares = isProjected(image, prompts)
    ? projectedShares(scope, image, k, prompts)
    : absorbedShares(scope, image, k, prompts);
  const outWeight = reshape(builder, parameter('out_proj.weight'), [CHANNELS, HEADS, width]);
  const perHead = builder.emit('Transpose', [outWeight], { perm: [1, 2, 0] }); // [HEADS, width, CHANNELS]
  const absorbed = gatherPrompts(builder, builder.emit('MatMul', [v, perHead]), prompts); // [prompts, HEADS * tokens, CHANNELS]
  const bias = builder.emit('Mul', [parameter('out_proj.bias'), builder.constant(1 / HEADS)]);
  return builder.emit('MatMul', [shares, builder.emit('Add', [absorbed, bias])], { transA: true });
}

/** One image for all prompts: its queries are projected once. */
function projectedShares(scope: Scope, { positioned }: ImageSide, k: Value, prompts: number): Value {
  const { builder } = scope;
  const q = splitHeads(builder, linear(within(scope, 'q_proj'), rowsOf(builder, positioned))); // [HEADS, IMAGE_TOKENS, width]
  const scores = builder.emit('MatMul', [k, q], { transB: true, alpha: scoreScale(k.shape[2]!) });
  const apart = reshape(builder, scores, [HEADS, prompts, k.shape[1]! / prompts, scores.shape[2]!]);
  const shares = builder.emit('Softmax', [apart], { axis: 2 });
  return gatherPrompts(builder, reshape(builder, shares, scores.shape), prompts);
}

/** The tokens' keys absorb the query projection, (Wq x + b) k = x (Wqᵀ k) + b k. */
function absorbedShares(scope: Scope, { positioned }: ImageSide, k: Value, prompts: number): Value {
  const { builder, parameter } = scope;
  const width = k.shape[2]!;
  const alpha = scoreScale(width);
  const weight = reshape(builder, parameter('q_proj.weight'), [HEADS, width, CHANNELS]);
  const bias = reshape(builder, parameter('q_proj.bias'), [HEADS, width, 1]);
  const absorbed = gatherPrompts(builder, builder.emit('MatMul', [k, weight], { alpha }), prompts); // [prompts, HEADS * tokens, CHANNELS]
  const offset = gatherPrompts(builder, builder.emit('MatMul', [k, bias], { alpha }), prompts); // [prompts, HEADS * tokens, 1]
  const scores = builder.emit('Add', [timesImage(builder, absorbed, positioned, { transB: true }), offset]);
  const apart = reshape(builder, scores, [prompts, HEADS, k.shape[1]! / prompts, scores.shape[2]!]);
  return reshape(builder, builder.emit('Softmax', [apart], { axis: 2 }), scores.shape);
}
