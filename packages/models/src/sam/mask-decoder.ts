import type { Value } from '../graph/graph.js';
import { multilayerPerceptron, reshape } from './layers.js';
import { within, type Scope } from './scope.js';
import { CHANNELS, MASK_TOKENS, OUTPUT_TOKENS } from './shape.js';
import { twoWayTransformer } from './two-way-transformer.js';
import { upscaling } from './upscaling.js';

/** What the mask decoder looks at. */
export interface DecoderInputs {
  /** Image embedding plus dense prompt embedding: [1, IMAGE_TOKENS, CHANNELS] for all prompts, or one for each. */
  readonly image: Value;
  /** Position encodings of the image tokens, [IMAGE_TOKENS, CHANNELS]. */
  readonly imagePositions: Value;
  /** The prompts' tokens, [prompts, tokens, CHANNELS]. */
  readonly sparse: Value;
}

/**
 * SAM's mask decoder. `masks` says how many of the four mask tokens answer, counted from the first: 1 is the token for
 * unambiguous prompts, the one that is trained.
 * With `imageTokens`, only the first so many image tokens become logits; all of them are looked at.
 * Returns logits in logit order (see `logit-order.ts`), [prompts, masks, LOW_RES_PIXELS], and predicted IoU, [prompts, masks].
 */
export function maskDecoder(
  scope: Scope,
  { image, imagePositions, sparse }: DecoderInputs,
  masks: 1 | typeof MASK_TOKENS,
  imageTokens = image.shape[1]!,
): { readonly logits: Value; readonly iou: Value } {
  const { builder, parameter } = scope;
  const prompts = sparse.shape[0]!;
  const own = builder.emit('Concat', [parameter('iou_token.weight'), parameter('mask_tokens.weight')], { axis: 0 });
  const repeated = builder.emit('Expand', [own], { shape: [prompts, OUTPUT_TOKENS, CHANNELS] });
  const tokens = builder.emit('Concat', [repeated, sparse], { axis: 1 });
  const decoded = twoWayTransformer(within(scope, 'transformer'), tokens, image, imagePositions, 1 + masks);
  const tokenAt = (index: number): Value =>
    reshape(builder, builder.emit('Slice', [decoded.tokens], { axis: 1, start: index, end: index + 1 }), [
      prompts,
      CHANNELS,
    ]);

  const seen =
    imageTokens === image.shape[1]
      ? decoded.image
      : builder.emit('Slice', [decoded.image], { axis: 1, start: 0, end: imageTokens });
  const pixels = upscaling(within(scope, 'output_upscaling'), seen); // [prompts, LOW_RES_PIXELS, 32]
  const filters = Array.from({ length: masks }, (_, mask) => {
    const filter = multilayerPerceptron(
      within(scope, `output_hypernetworks_mlps.${String(mask)}`),
      tokenAt(1 + mask),
      3,
    );
    return reshape(builder, filter, [prompts, filter.shape[1]!, 1]);
  });
  const logits = builder.emit('MatMul', [
    pixels,
    masks === 1 ? filters[0]! : builder.emit('Concat', filters, { axis: 2 }),
  ]);
  const ordered = masks === 1 ? logits : builder.emit('Transpose', [logits], { perm: [0, 2, 1] });
  const iou = multilayerPerceptron(within(scope, 'iou_prediction_head'), tokenAt(0), 3); // [prompts, MASK_TOKENS]
  return {
    logits: reshape(builder, ordered, [prompts, masks, pixels.shape[1]!]),
    iou: masks === MASK_TOKENS ? iou : builder.emit('Slice', [iou], { axis: 1, start: 0, end: masks }),
  };
}
