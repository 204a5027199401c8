import type { GraphBuilder } from '../../graph/graph-builder.js';
import type { Value } from '../../graph/graph.js';
import { reshape, rowsOf } from '../layers.js';

/**
 * The image's tokens as attention sees them. One copy, [1, IMAGE_TOKENS, channels], stands for all prompts as long as no prompt
 * has changed it; then each prompt has its own, [prompts, IMAGE_TOKENS, channels].
 */
export interface ImageSide {
  readonly tokens: Value;
  /** The tokens plus their position encodings. */
  readonly positioned: Value;
}

/**
 * Whether to project the image side: once, where one copy stands for all prompts. Otherwise, and for few prompts, it costs less to
 * absorb the projections into the prompts' tokens: a projection of the image takes as much as 2.3 prompts of 7 tokens.
 */
export const isProjected = ({ tokens }: ImageSide, prompts: number): boolean => tokens.shape[0] === 1 && prompts > 2;

/**
 * Each prompt's rows times its image's tokens: [prompts, rows, k] and [1 or prompts, ...]. Where one copy of the image stands for all
 * prompts, their rows go through one product together.
 */
export function timesImage(
  builder: GraphBuilder,
  rows: Value,
  side: Value,
  attrs: { readonly transB: boolean },
): Value {
  if (side.shape[0] !== 1) return builder.emit('MatMul', [rows, side], attrs);
  const product = builder.emit('MatMul', [rowsOf(builder, rows), rowsOf(builder, side)], attrs);
  return reshape(builder, product, [...rows.shape.slice(0, -1), product.shape[1]!]);
}
