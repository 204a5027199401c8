import { GraphBuilder } from '../../graph/graph-builder.js';
import type { Graph, Value } from '../../graph/graph.js';
import type { Weights } from '../../weights/weights.js';
import { attentionRows, type AttentionRows } from '../encoders/attention-rows.js';
import { builtEncoder, stagePorts, type EncoderPorts } from '../encoders/encoder-ports.js';
import {
  activatedLinear,
  constantOf,
  frozenLinear,
  frozenNorm,
  frozenRoot,
  inside,
  numbered,
  type Frozen,
} from '../encoders/frozen.js';
import { toMap, toTokens } from '../encoders/layout.js';
import { neck } from '../encoders/neck.js';
import { pointwise } from '../encoders/pointwise.js';
import { positionAttention } from './position-attention.js';
import { resampleBicubic } from './resample.js';

const EPSILON = 1e-6;

/**
 * SAM's image encoder (ViTDet, Li et al. 2022): pixels [1, 3, size, size] to an embedding, token-major [(size / 16)², 256]. Depth, width,
 * heads, windows and the blocks that attend to the whole image are those of the weights (`image_encoder.*`). For another size than
 * that of training, position embeddings and relative positions are interpolated. `hiddenAtOnce` is finite for an engine that caches bound.
 */
export function vit(weights: Weights, size: number, ports: EncoderPorts = stagePorts, hiddenAtOnce = Infinity): Graph {
  const builder = new GraphBuilder();
  const place = inside(frozenRoot(builder, weights, hiddenAtOnce), 'image_encoder');
  const pixels = builder.input(ports.pixels, [1, 3, size, size]);
  const patches = inside(place, 'patch_embed.proj');
  const filters = constantOf(patches, 'weight');
  const patch = filters.shape[2]!;
  const map = builder.emit('Conv', [pixels, filters, constantOf(patches, 'bias')], { strides: [patch, patch] });
  const grid = map.shape[2]!;
  const embedded = toTokens(builder, map);

  const trained = place.weight('pos_embed').shape[1]!;
  const positions = builder.constant(resampleBicubic(place.weight('pos_embed'), grid).data, embedded.shape);
  const rowsOf = rowsBySide(grid, trained);
  const tokens = numbered(place, 'blocks').reduce(
    (x, block) => transformerBlock(block, x, rowsOf(inside(block, 'attn'))),
    builder.emit('Add', [embedded, positions]),
  );
  return builtEncoder(builder, neck(inside(place, 'neck'), tokens, grid), grid, ports);
}

/** The rows for a block's attention: its relative positions tell the window, which is the whole grid where they span the trained one. */
function rowsBySide(grid: number, trained: number): (attention: Frozen) => AttentionRows {
  const known = new Map<number, AttentionRows>();
  return ({ weight }) => {
    const [distances, size] = weight('rel_pos_h').shape as [number, number];
    const span = (distances + 1) / 2;
    const side = span === trained ? grid : span;
    const heads = weight('proj.weight').shape[0]! / size;
    const rows =
      known.get(side) ?? attentionRows(grid, side, heads, (part, token, head) => (token * 3 + part) * heads + head);
    known.set(side, rows);
    return rows;
  };
}

/** [grid², C] -> [grid², C] */
function transformerBlock(block: Frozen, tokens: Value, rows: AttentionRows): Value {
  const { builder } = block;
  const normal = frozenNorm(inside(block, 'norm1'), tokens, EPSILON);
  const attended = builder.emit('Add', [tokens, positionAttention(inside(block, 'attn'), normal, rows)]);
  const made = perceptron(
    inside(block, 'mlp'),
    frozenNorm(inside(block, 'norm2'), attended, EPSILON),
    rows.windows.grid,
  );
  return builder.emit('Add', [attended, made]);
}

/**
 * As convolutions for an engine that caches bound: a processor runs them faster, and the hidden layer stays in their layout. As products for
 * others and for files: what an integer convolution gives is rounded, what an integer product gives is not. [grid², C] -> [grid², C]
 */
function perceptron(place: Frozen, tokens: Value, grid: number): Value {
  const { builder, hiddenAtOnce } = place;
  const [wide, narrow] = [inside(place, 'lin1'), inside(place, 'lin2')];
  if (hiddenAtOnce === Infinity) return frozenLinear(narrow, activatedLinear(wide, tokens));
  const hidden = builder.emit('Gelu', [pointwise(wide, toMap(builder, tokens, grid))]);
  return toTokens(builder, pointwise(narrow, hidden));
}
