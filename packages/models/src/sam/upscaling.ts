import type { Value } from '../graph/graph.js';
import { layerNorm, reshape, rowsOf } from './layers.js';
import { within, type Scope } from './scope.js';

/**
 * `output_upscaling`: two transposed convolutions of size and stride 2, with LayerNorm and Gelu between, Gelu after. In token-major
 * order each is a matrix product that makes 2x2 tokens of one; they stay together, so that nothing is shuffled:
 * [prompts, IMAGE_TOKENS, 256] -> [prompts, IMAGE_TOKENS * 16, 32] in logit order.
 */
export function upscaling(scope: Scope, image: Value): Value {
  const { builder } = scope;
  const coarse = splitTokens(within(scope, '0'), rowsOf(builder, image));
  const normalized = builder.emit('Gelu', [layerNorm(within(scope, '1'), coarse, 1e-6)]);
  const fine = builder.emit('Gelu', [splitTokens(within(scope, '3'), normalized)]);
  return reshape(builder, fine, [image.shape[0]!, image.shape[1]! * 16, fine.shape[1]!]);
}

/** A transposed convolution of size and stride 2: [rows, inputs] -> [rows * 4, outputs]; `weight` is [inputs, outputs, 2, 2]. */
function splitTokens({ builder, parameter }: Scope, x: Value): Value {
  const weight = parameter('weight');
  const [inputs, outputs] = weight.shape as [number, number, number, number];
  const matrix = reshape(builder, builder.emit('Transpose', [weight], { perm: [0, 2, 3, 1] }), [inputs, 4 * outputs]);
  const bias = reshape(builder, builder.emit('Expand', [parameter('bias')], { shape: [4, outputs] }), [4 * outputs]);
  const split = builder.emit('Add', [builder.emit('MatMul', [x, matrix]), bias]); // [rows, (2, 2, outputs)]
  return reshape(builder, split, [4 * x.shape[0]!, outputs]);
}
