import type { GraphBuilder } from '../../graph/graph-builder.js';
import type { Value } from '../../graph/graph.js';
import { elementCount } from '../../graph/shape.js';
import { reshape } from '../layers.js';
import { HEADS } from '../shape.js';

/** [..., HEADS * width] -> [HEADS, rows, width] */
export function splitHeads(builder: GraphBuilder, x: Value): Value {
  const channels = x.shape.at(-1)!;
  return builder.emit('Transpose', [reshape(builder, x, [elementCount(x.shape) / channels, HEADS, channels / HEADS])], {
    perm: [1, 0, 2],
  });
}

/** [HEADS, rows, width] -> [rows, HEADS * width] */
export function mergeHeads(builder: GraphBuilder, x: Value): Value {
  const [, rows, width] = x.shape as [number, number, number];
  return reshape(builder, builder.emit('Transpose', [x], { perm: [1, 0, 2] }), [rows, HEADS * width]);
}

/** [HEADS, prompts * tokens, width] -> [prompts, HEADS * tokens, width] */
export function gatherPrompts(builder: GraphBuilder, x: Value, prompts: number): Value {
  const [, rows, width] = x.shape as [number, number, number];
  const tokens = rows / prompts;
  const apart = reshape(builder, x, [HEADS, prompts, tokens, width]);
  return reshape(builder, builder.emit('Transpose', [apart], { perm: [1, 0, 2, 3] }), [prompts, HEADS * tokens, width]);
}

/** [prompts, HEADS * tokens, width] -> [HEADS, prompts * tokens, width] */
export function gatherHeads(builder: GraphBuilder, x: Value): Value {
  const [prompts, rows, width] = x.shape as [number, number, number];
  const tokens = rows / HEADS;
  const apart = reshape(builder, x, [prompts, HEADS, tokens, width]);
  return reshape(builder, builder.emit('Transpose', [apart], { perm: [1, 0, 2, 3] }), [HEADS, prompts * tokens, width]);
}

/** Factor on the scores of heads of a width. */
export const scoreScale = (width: number): number => 1 / Math.sqrt(width);
