import type { GraphBuilder } from '../graph/graph-builder.js';
import type { Value } from '../graph/graph.js';
import { reshape } from '../sam/layers.js';
import { rowMajorMaps } from '../sam/logit-order.js';
import { LOW_RES_PIXELS } from '../sam/shape.js';

/** The pixels that a loss is taken over. Losses only sum over them, so their order is free. */
export interface PixelSpace {
  readonly builder: GraphBuilder;
  /** [prompts, rows, columns] */
  readonly logits: Value;
  /** What is wanted there, exactly 0 or 1; the same shape. */
  readonly targets: Value;
  /** 1 / number of pixels of a mask, a scalar. */
  readonly share: Value;
  /** How many pixels each stands for, where not all are looked at; broadcasts to the logits' shape. @default 1 */
  readonly importance?: Value;
}

/**
 * Sum over each mask's pixels: [prompts, rows, columns] -> [prompts]. Rows first: a float32 sum of millions of pixels in one go would
 * lose digits that the loss needs.
 */
export function sumPixels({ builder, importance }: PixelSpace, x: Value): Value {
  const counted = importance ? builder.emit('Mul', [x, importance]) : x;
  const rows = builder.emit('ReduceSum', [counted], { axes: [2], keepdims: false });
  return builder.emit('ReduceSum', [rows], { axes: [1], keepdims: false });
}

/** The decoder's own resolution. `logits` and `targets` are [prompts, LOW_RES_PIXELS] in logit order. */
export function lowResolution(builder: GraphBuilder, logits: Value, targets: Value): PixelSpace {
  const [prompts, pixels] = logits.shape as [number, number];
  const shape = [prompts, Math.sqrt(pixels), Math.sqrt(pixels)];
  return {
    builder,
    logits: reshape(builder, logits, shape),
    targets: reshape(builder, targets, shape),
    share: builder.constant(1 / pixels),
  };
}

/** Some pixels of the decoder's own resolution. All are [prompts, tokens, 16] but the `importance` of each token, [1 or prompts, tokens, 1]. */
export function sampledResolution(builder: GraphBuilder, logits: Value, targets: Value, importance: Value): PixelSpace {
  const share = builder.constant(1 / LOW_RES_PIXELS);
  return { builder, logits: reshape(builder, logits, targets.shape), targets, share, importance };
}

/** An image's own pixels, padded to [height, width] so that images of similar sizes can share a graph. */
export interface OriginalPixels {
  /** [prompts, height, width], 0 in the padding. */
  readonly targets: Value;
  /** Interpolation of rows [height, LOW_RES] and columns [width, LOW_RES], zeros in the padding. */
  readonly rows: Value;
  readonly columns: Value;
  /** [height, width]: 0 within the image, in the padding a logit so low that nothing there counts (`PADDING_LOGIT`). */
  readonly padding: Value;
  /** 1 / number of the image's pixels, a scalar. */
  readonly share: Value;
}

/** Sigmoid and softplus of it are exactly 0 in float32. */
export const PADDING_LOGIT = -1e4;

/**
 * The image's resolution, as OTX takes its loss: logits up to the frame, cut to the image's part, then to the image's size. All
 * that is linear and separable, so it is rows · logits · columnsᵀ. `logits` are [prompts, LOW_RES_PIXELS] in logit order.
 */
export function originalResolution(builder: GraphBuilder, logits: Value, pixels: OriginalPixels): PixelSpace {
  const { rows, columns, padding, targets, share } = pixels;
  const tall = builder.emit('MatMul', [rows, rowMajorMaps(builder, logits)]); // [prompts, height, LOW_RES]
  const full = builder.emit('MatMul', [tall, columns], { transB: true }); // [prompts, height, width]
  return { builder, logits: builder.emit('Add', [full, padding]), targets, share };
}
