import type { GraphBuilder } from '../graph/graph-builder.js';
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

/** Which image tokens become logits, and how. */
export interface ImageTokens {
  /** Picks those that become logits, [prompts, IMAGE_TOKENS, channels] -> [prompts, tokens, channels]; all of them are looked at. @default all */
  readonly pick?: ((image: Value) => Value) | undefined;
  /** So many of each prompt are upscaled at a time, which keeps their tensors in a processor's caches. @default all at once */
  readonly atOnce?: number | undefined;
}

/**
 * SAM's mask decoder. `masks` says how many of the four mask tokens answer, counted from the first: 1 is the token for
 * unambiguous prompts, the one that is trained.
 * Returns logits in logit order (see `logit-order.ts`), [prompts, masks, LOW_RES_PIXELS] or 16 of each token that was picked, and predicted IoU, [prompts, masks].
 */
export function maskDecoder(
  scope: Scope,
  { image, imagePositions, sparse }: DecoderInputs,
  masks: 1 | typeof MASK_TOKENS,
  { pick = (all) => all, atOnce = Infinity }: ImageTokens = {},
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

  const filters = Array.from({ length: masks }, (_, mask) => {
    const filter = multilayerPerceptron(
      within(scope, `output_hypernetworks_mlps.${String(mask)}`),
      tokenAt(1 + mask),
      3,
    );
    return reshape(builder, filter, [prompts, filter.shape[1]!, 1]);
  });
  const filter = masks === 1 ? filters[0]! : builder.emit('Concat', filters, { axis: 2 }); // [prompts, 32, masks]
  const answers = blocksOf(builder, pick(decoded.image), atOnce).map((block) => {
    const pixels = upscaling(within(scope, 'output_upscaling'), block); // [prompts, tokens * 16, 32]
    const logits = builder.emit('MatMul', [pixels, filter]);
    return masks === 1
      ? reshape(builder, logits, [prompts, 1, pixels.shape[1]!])
      : builder.emit('Transpose', [logits], { perm: [0, 2, 1] });
  });
  const iou = multilayerPerceptron(within(scope, 'iou_prediction_head'), tokenAt(0), 3); // [prompts, MASK_TOKENS]
  return {
    logits: answers.length === 1 ? answers[0]! : builder.emit('Concat', answers, { axis: 2 }),
    iou: masks === MASK_TOKENS ? iou : builder.emit('Slice', [iou], { axis: 1, start: 0, end: masks }),
  };
}

/** [prompts, tokens, channels] in blocks of `atOnce` tokens and a rest. */
function blocksOf(builder: GraphBuilder, image: Value, atOnce: number): readonly Value[] {
  const tokens = image.shape[1]!;
  if (atOnce >= tokens) return [image];
  const sizes = Array.from({ length: Math.ceil(tokens / atOnce) }, (_, i) => Math.min(atOnce, tokens - i * atOnce));
  return builder.emitAll('Split', [image], { axis: 1, sizes });
}
