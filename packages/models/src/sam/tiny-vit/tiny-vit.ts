import { GraphBuilder } from '../../graph/graph-builder.js';
import type { Graph, Value } from '../../graph/graph.js';
import type { Weights } from '../../weights/weights.js';
import { builtEncoder, stagePorts, type EncoderPorts } from '../encoders/encoder-ports.js';
import { frozenNorm, frozenRoot, inside, numbered, type Frozen } from '../encoders/frozen.js';
import { toMap, toTokens } from '../encoders/layout.js';
import { neckOf } from '../encoders/neck.js';
import { pointwise, unbiased } from '../encoders/pointwise.js';
import { convolution, invertedBottleneck, patchEmbedding, patchMerging, perceptron } from './convolutions.js';
import { foldBatchNorm } from './fold-batch-norm.js';
import { headsOutput } from './head-projections.js';
import { projected } from './projected.js';
import { attentionWindows, windowAttention, type AttentionWindows } from './window-attention.js';

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
  const neck = inside(place, 'neck');
  const layers = numbered(place, 'layers');
  const embedded = patchEmbedding(inside(place, 'patch_embed'), pixels);
  const map = layers.reduce((x, layer, i) => layerOf(layer, x, i === layers.length - 1 ? neck : undefined), embedded);
  const grid = size / 16;
  return builtEncoder(builder, neckOf(neck, toTokens(builder, map), grid), grid, ports);
}

/**
 * Blocks of one resolution, and the way to the next one. The first layer's blocks are convolutions, the others' attention. After the last
 * one comes the neck, whose product is done here.
 */
function layerOf(layer: Frozen, map: Value, neck?: Frozen): Value {
  const bottlenecks = numbered(layer, 'blocks', 'conv1.');
  const convolved = bottlenecks.reduce((x, block) => invertedBottleneck(block, x), map);
  const attended = attentionBlocks(layer, convolved, neck);
  return layer.has('downsample.') ? patchMerging(inside(layer, 'downsample'), attended) : attended;
}

function attentionBlocks(layer: Frozen, map: Value, neck?: Frozen): Value {
  const blocks = numbered(layer, 'blocks', 'attn.');
  if (blocks.length === 0) return map;
  const windows = attentionWindows(inside(blocks[0]!, 'attn'), map.shape[2]!);
  return blocks.reduce(
    (x, block, i) => attentionBlock(block, x, windows, i === blocks.length - 1 ? neck : undefined),
    map,
  );
}

/**
 * Attention in windows, a look around in each channel, and a perceptron. The neck's product, which follows the last perceptron and its
 * sum, is taken of what they add up: as it is smaller, that saves a part of the perceptron. [1, C, grid, grid] -> [1, C, grid, grid]
 */
function attentionBlock(block: Frozen, map: Value, windows: AttentionWindows, neck?: Frozen): Value {
  const { builder } = block;
  const { grid } = windows;
  const attention = inside(block, 'attn');
  const attended = windowAttention(attention, toTokens(builder, map), windows);
  const attendedTo = pointwise(headsOutput(attention), toMap(builder, attended, grid));
  const seen = convolution(inside(block, 'local_conv'), builder.emit('Add', [attendedTo, map]));
  const mlp = inside(block, 'mlp');
  const normal = frozenNorm(inside(mlp, 'norm'), toTokens(builder, seen), EPSILON);
  const x = toMap(builder, normal, grid);
  if (neck === undefined) return perceptron(mlp, x, seen);
  return perceptron(mlp, x, unbiased(neck, '0.weight', seen), projected(inside(mlp, 'fc2'), neck.weight('0.weight')));
}
