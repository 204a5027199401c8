import type { Value } from '../../graph/graph.js';
import { linear, project, reshape, rowsOf } from '../layers.js';
import { within, type Scope } from '../scope.js';
import { CHANNELS, HEADS } from '../shape.js';
import { gatherHeads, gatherPrompts, mergeHeads, scoreScale, splitHeads } from './heads.js';
import { isProjected, timesImage, type ImageSide } from './image-side.js';

/**
 * Cross attention from a prompt's tokens, [prompts, tokens, channels], to the image. The keys' bias is left out: it adds the same
 * to all scores of a row, and softmax cancels it.
 */
export function tokenToImage(scope: Scope, query: Value, image: ImageSide): Value {
  const { builder } = scope;
  const q = splitHeads(builder, linear(within(scope, 'q_proj'), query)); // [HEADS, prompts * tokens, width]
  const prompts = query.shape[0]!;
  const mixed = isProjected(image, prompts) ? mixProjected(scope, q, image) : mixAbsorbed(scope, q, image, prompts);
  return reshape(builder, linear(within(scope, 'out_proj'), mixed), query.shape);
}

/** One image for all prompts: its keys and values are projected once, and all prompts' tokens attend to them together. */
function mixProjected(scope: Scope, q: Value, { tokens, positioned }: ImageSide): Value {
  const { builder } = scope;
  const k = splitHeads(builder, project(within(scope, 'k_proj'), rowsOf(builder, positioned))); // [HEADS, IMAGE_TOKENS, width]
  const v = splitHeads(builder, linear(within(scope, 'v_proj'), rowsOf(builder, tokens)));
  const scores = builder.emit('MatMul', [q, k], { transB: true, alpha: scoreScale(q.shape[2]!) });
  return mergeHeads(builder, builder.emit('MatMul', [builder.emit('Softmax', [scores]), v]));
}

/**
 * Instead of projecting its many tokens, the few tokens take the projections over. With head h's rows of
 * the weights, q (Wk k) = (q Wk) k and shares (V Wvᵀ + b) = (shares V) Wvᵀ + b, since a row's shares sum to 1.
 */
function mixAbsorbed(scope: Scope, q: Value, { tokens, positioned }: ImageSide, prompts: number): Value {
  const { builder, parameter } = scope;
  const width = q.shape[2]!;
  const keyWeight = reshape(builder, parameter('k_proj.weight'), [HEADS, width, CHANNELS]);
  const valueWeight = reshape(builder, parameter('v_proj.weight'), [HEADS, width, CHANNELS]);
  const absorbed = builder.emit('MatMul', [q, keyWeight], { alpha: scoreScale(width) }); // [HEADS, prompts * tokens, CHANNELS]
  const scores = timesImage(builder, gatherPrompts(builder, absorbed, prompts), positioned, { transB: true });
  const mixed = timesImage(builder, builder.emit('Softmax', [scores]), tokens, { transB: false }); // [prompts, HEADS * tokens, CHANNELS]
  const values = builder.emit('MatMul', [gatherHeads(builder, mixed), valueWeight], { transB: true });
  return builder.emit('Add', [mergeHeads(builder, values), parameter('v_proj.bias')]);
}
