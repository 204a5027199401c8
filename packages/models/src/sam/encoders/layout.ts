import type { GraphBuilder } from '../../graph/graph-builder.js';
import type { Value } from '../../graph/graph.js';

/** [1, C, H, W] -> [H * W, C] */
export function toTokens(builder: GraphBuilder, map: Value): Value {
  const [, channels, height, width] = map.shape as [number, number, number, number];
  const turned = builder.emit('Transpose', [map], { perm: [0, 2, 3, 1] });
  return builder.emit('Reshape', [turned], { shape: [height * width, channels] });
}

/** [grid², C] -> [1, C, grid, grid] */
export function toMap(builder: GraphBuilder, tokens: Value, grid: number): Value {
  const square = builder.emit('Reshape', [tokens], { shape: [1, grid, grid, tokens.shape[1]!] });
  return builder.emit('Transpose', [square], { perm: [0, 3, 1, 2] });
}
