import type { Value } from '../graph/graph.js';
import { layerNorm, reshape } from './layers.js';
import { within, type Scope } from './scope.js';
import { CHANNELS } from './shape.js';

/**
 * Dense embedding of mask prompts: logits in logit order, 16 an image token, [prompts, 16 * tokens] -> [prompts, tokens, CHANNELS]. The two
 * convolutions of size and stride 2 take the 2x2 neighbours that logit order keeps together, so they are matrix products.
 */
export function maskEmbedding(scope: Scope, masks: Value): Value {
  const { builder } = scope;
  const [prompts, pixels] = masks.shape as readonly [number, number];
  const convolutions = within(scope, 'mask_downscaling');
  const fine = joinTokens(within(convolutions, '0'), reshape(builder, masks, [prompts * pixels, 1]));
  const coarse = joinTokens(within(convolutions, '3'), activate(within(convolutions, '1'), fine));
  const embedded = joinTokens(within(convolutions, '6'), activate(within(convolutions, '4'), coarse));
  return reshape(builder, embedded, [prompts, pixels / 16, CHANNELS]);
}

function activate(scope: Scope, x: Value): Value {
  return scope.builder.emit('Gelu', [layerNorm(scope, x, 1e-6)]);
}

/** A convolution of size and stride s: [rows * s * s, inputs] -> [rows, outputs]; `weight` is [outputs, inputs, s, s]. */
function joinTokens({ builder, parameter }: Scope, x: Value): Value {
  const weight = parameter('weight');
  const [outputs, inputs, height, width] = weight.shape as [number, number, number, number];
  const joined = height * width * inputs;
  const ordered = builder.emit('Transpose', [weight], { perm: [0, 2, 3, 1] }); // [outputs, s, s, inputs]
  const rows = reshape(builder, x, [(x.shape[0]! * x.shape[1]!) / joined, joined]);
  const product = builder.emit('MatMul', [rows, reshape(builder, ordered, [outputs, joined])], { transB: true });
  return builder.emit('Add', [product, parameter('bias')]);
}
