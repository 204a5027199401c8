import { GraphBuilder } from '../../graph/graph-builder.js';
import type { Graph, Value } from '../../graph/graph.js';
import type { Weights } from '../../weights/weights.js';
import { builtEncoder, stagePorts, type EncoderPorts } from '../encoders/encoder-ports.js';
import { frozenNorm, frozenRoot, inside, numbered, type Frozen } from '../encoders/frozen.js';
import { toMap, toTokens } from '../encoders/layout.js';
import { neck } from '../encoders/neck.js';
import {
  convolution,
  invertedBottleneck,
  patchEmbedding,
  patchMerging,
  perceptron,
  pointwise,
} from './convolutions.js';
import { foldBatchNorm } from './fold-batch-norm.js';
import type { AttentionRows } from '../encoders/attention-rows.js';
import { windowAttention, windowAttentionRows } from './window-attention.js';

const EPSILON = 1e-5;

/**
 * MobileSAM's image encoder (TinyViT, Wu et al. 2022): pixels [1, 3, size, size] to an embedding, token-major [(size / 16)², 256]. Depths,
 * widths, heads and windows are those of the weights (`image_encoder.*`). Hidden channels that don't depend on each other are computed
 * `hiddenAtOnce` values at a time.
 */
export function tinyVit(
  weights: Weights,
  size: number,
  ports: EncoderPorts = stagePorts,
  hiddenAtOnce = Infinity,
): Graph {
  const builder = new GraphBuilder();
  const place = inside(frozenRoot(builder, foldBatchNorm(weights), hiddenAtOnce), 'image_encoder');
  const pixels = builder.input(ports.pixels, [1, 3, size, size]);
  let map = patchEmbedding(inside(place, 'patch_embed'), pixels);
  for (const layer of numbered(place, 'layers')) map = layerOf(layer, map);
  const grid = size / 16;
  return builtEncoder(builder, neck(inside(place, 'neck'), toTokens(builder, map), grid), grid, ports);
}

/** Blocks of one resolution, and the way to the next one. The first layer's blocks are convolutions, the others' attention. */
function layerOf(layer: Frozen, map: Value): Value {
  const bottlenecks = numbered(layer, 'blocks', 'conv1.');
  const convolved = bottlenecks.reduce((x, block) => invertedBottleneck(block, x), map);
  const attended = attentionBlocks(layer, convolved);
  return layer.has('downsample.') ? patchMerging(inside(layer, 'downsample'), attended) : attended;
}

function attentionBlocks(layer: Frozen, map: Value): Value {
  const blocks = numbered(layer, 'blocks', 'attn.');
  if (blocks.length === 0) return map;
  const rows = windowAttentionRows(inside(blocks[0]!, 'attn'), map.shape[2]!);
  return blocks.reduce((x, block) => attentionBlock(block, x, rows), map);
}

/** Attention in windows, a look around in each channel, and a perceptron. [1, C, grid, grid] -> [1, C, grid, grid] */
function attentionBlock(block: Frozen, map: Value, rows: AttentionRows): Value {
  const { builder } = block;
  const { grid } = rows.windows;
  const attended = windowAttention(inside(block, 'attn'), toTokens(builder, map), rows);
  const projected = pointwise(inside(block, 'attn.proj'), toMap(builder, attended, grid));
  const seen = convolution(inside(block, 'local_conv'), builder.emit('Add', [projected, map]));
  const mlp = inside(block, 'mlp');
  const normal = frozenNorm(inside(mlp, 'norm'), toTokens(builder, seen), EPSILON);
  return perceptron(mlp, toMap(builder, normal, grid), seen);
}
