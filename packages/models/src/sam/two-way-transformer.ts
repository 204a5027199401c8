import type { Value } from '../graph/graph.js';
import type { ImageSide } from './attention/image-side.js';
import { imageToToken } from './attention/image-to-token.js';
import { selfAttention } from './attention/self-attention.js';
import { tokenToImage } from './attention/token-to-image.js';
import { layerNorm, linear } from './layers.js';
import { within, type Scope } from './scope.js';

const LAYERS = 2;

/**
 * SAM's two-way transformer: tokens attend to each other and to the image, the image attends to the tokens, twice; then the tokens
 * look at the image once more. The tokens' first values serve as their position encodings throughout.
 *
 * tokens [prompts, tokens, channels], image [1 or prompts, IMAGE_TOKENS, channels] with its position encodings. Only the first
 * `wanted` tokens come out (rows of the last attention are independent of each other), and the image side for each prompt.
 */
export function twoWayTransformer(
  scope: Scope,
  tokens: Value,
  image: Value,
  imagePositions: Value,
  wanted: number,
): { readonly tokens: Value; readonly image: Value } {
  const { builder } = scope;
  const add = (a: Value, b: Value): Value => builder.emit('Add', [a, b]);
  const positioned = (side: Value): ImageSide => ({ tokens: side, positioned: add(side, imagePositions) });

  let queries = tokens;
  let side = image;
  for (let index = 0; index < LAYERS; index++) {
    const layer = within(scope, `layers.${String(index)}`);
    const asked = positioned(side);
    queries = layerNorm(within(layer, 'norm1'), attendToTokens(layer, queries, index === 0 ? undefined : tokens));
    const fromImage = tokenToImage(within(layer, 'cross_attn_token_to_image'), add(queries, tokens), asked);
    queries = layerNorm(within(layer, 'norm2'), add(queries, fromImage));
    queries = layerNorm(within(layer, 'norm3'), add(queries, feedForward(within(layer, 'mlp'), queries)));
    const fromTokens = imageToToken(within(layer, 'cross_attn_image_to_token'), asked, add(queries, tokens), queries);
    side = layerNorm(within(layer, 'norm4'), add(side, fromTokens));
  }

  const first = (x: Value): Value => builder.emit('Slice', [x], { axis: 1, start: 0, end: wanted });
  const last = first(queries);
  const fromImage = tokenToImage(
    within(scope, 'final_attn_token_to_image'),
    add(last, first(tokens)),
    positioned(side),
  );
  return { tokens: layerNorm(within(scope, 'norm_final_attn'), add(last, fromImage)), image: side };
}

/** The first layer has no positions yet, and replaces the tokens instead of adding to them. */
function attendToTokens(layer: Scope, queries: Value, positions: Value | undefined): Value {
  const scope = within(layer, 'self_attn');
  if (positions === undefined) return selfAttention(scope, queries, queries);
  const mixed = selfAttention(scope, layer.builder.emit('Add', [queries, positions]), queries);
  return layer.builder.emit('Add', [queries, mixed]);
}

function feedForward(scope: Scope, x: Value): Value {
  const hidden = scope.builder.emit('Relu', [linear(within(scope, 'lin1'), x)]);
  return linear(within(scope, 'lin2'), hidden);
}
