import { describe, expect, it } from 'vitest';
import { elementCount } from '../graph/shape.js';
import { vit } from '../sam/vit/vit.js';
import { encoderGraph } from '../encoder/encoder-graph.js';
import type { TensorInfo } from '../weights/checkpoint-file.js';
import { loadSamWeights } from '../weights/load-sam-weights.js';
import type { Weights } from '../weights/weights.js';
import { countModel } from './count-model.js';
import { encoderMacs } from './encoder-cost.js';
import { modelCost } from './model-cost.js';
import { parameterCount } from './parameter-count.js';

const [width, heads, head, tokens] = [768, 12, 64, 64 * 64];

/** The shapes of ViT-B's encoder, with one block for each side of attention window given; 64 attends to the whole image. */
function shapesOf(sides: readonly number[]): Map<string, TensorInfo> {
  const shapes = new Map<string, TensorInfo>();
  const put = (name: string, ...shape: number[]): void => {
    shapes.set(`image_encoder.${name}`, { shape, dtype: 'F32' });
  };
  const layer = (name: string, outputs: number, ...inputs: number[]): void => {
    put(`${name}.weight`, outputs, ...inputs);
    put(`${name}.bias`, outputs);
  };
  put('pos_embed', 1, 64, 64, width);
  layer('patch_embed.proj', width, 3, 16, 16);
  sides.forEach((side, i) => {
    const block = `blocks.${String(i)}`;
    layer(`${block}.norm1`, width);
    layer(`${block}.norm2`, width);
    layer(`${block}.attn.qkv`, 3 * width, width);
    layer(`${block}.attn.proj`, width, width);
    put(`${block}.attn.rel_pos_h`, 2 * side - 1, head);
    put(`${block}.attn.rel_pos_w`, 2 * side - 1, head);
    layer(`${block}.mlp.lin1`, 4 * width, width);
    layer(`${block}.mlp.lin2`, width, 4 * width);
  });
  put('neck.0.weight', 256, width, 1, 1);
  layer('neck.1', 256);
  put('neck.2.weight', 256, 256, 3, 3);
  layer('neck.3', 256);
  return shapes;
}

const infoOf = (weights: Weights): Map<string, TensorInfo> =>
  new Map([...weights].map(([name, { shape }]) => [name, { shape, dtype: 'F32' }]));

describe("SAM's encoders", () => {
  it("ViT-B: OTX's 483.71 GFLOPs are ours plus the padding of windows less the relative positions", () => {
    const sides = [2, 5, 8, 11];
    const total = encoderMacs(shapesOf(Array.from({ length: 12 }, (_, i) => (sides.includes(i) ? 64 : 14))), 1024)!;
    expect(total).toBe(473_459_386_368);

    const inWindows = 25 * 14 * 14; // 64 x 64 places padded to 70 x 70
    const padding = 8 * 4 * width ** 2 * (inWindows - tokens); // SAM's projections work on padding; ours do not
    const products = 8 * inWindows * 196 * 28; // two sides of places more for each query and key of a window
    const rows = 2 * head * (4 * tokens * 64 + 8 * inWindows * 14); // queries by relative positions
    const original = total + padding - heads * (products + rows);
    expect(Math.abs(original / 483.71e9 - 1)).toBeLessThan(0.001);
  });

  it('ViT-B has the published 93.7 M parameters, encoder and decoder together', async () => {
    const sides = Array.from({ length: 12 }, (_, i) => (i % 3 === 2 ? 64 : 14));
    const encoder = shapesOf(sides);
    expect(parameterCount(encoder)).toBe(89_670_912);
    const total = parameterCount(encoder) + parameterCount(infoOf(await loadSamWeights('sam-tiny-vit')));
    expect(Math.abs(total / 93.7e6 - 1)).toBeLessThan(0.001);
  });

  it('TinyViT costs 5 % less in our graph than the published 38.55 GFLOPs: no window is filled up, and the neck is in the last perceptron', async () => {
    const { macs } = modelCost(await encoderGraph('sam-tiny-vit', 1024));
    expect(macs).toBe(36_548_939_520);
    // One token that stood for all beyond the grid was projected, and the windows that the grid's edge cuts were attended to in full.
    const filling = 2 * 128 * 384 + 6 * 160 * 480 + 2 * 320 * 960;
    const scores = (full: number, ...parts: readonly number[]) => full - parts.reduce((sum, part) => sum + part, 0);
    const cut =
      2 * (2 * 128) * scores(361 * 49 * 49, 324 * 49 * 49, 36 * 14 * 15, 4 * 5) +
      6 * (2 * 160) * scores(25 * 196 * 196, 16 * 196 * 196, 8 * 112 * 113, 64 * 65) +
      2 * (2 * 320) * scores(100 * 49 * 49, 81 * 49 * 49, 18 * 7 * 8, 1 * 2);
    const neck = 4096 * 1280 * (320 - 256);
    expect(macs + filling + cut + neck).toBe(37_445_805_568);
  });

  it('cost in blocks of each shape what the whole graph costs', () => {
    const sides = [14, 64, 14, 7, 64];
    const weights = new Map(
      [...shapesOf(sides)].map(([name, { shape }]) => [name, { shape, data: new Float32Array(elementCount(shape)) }]),
    );
    expect(encoderMacs(weights, 224)).toBe(modelCost(vit(weights, 224)).macs);
    expect(encoderMacs(new Map(), 224)).toBeUndefined();
  });

  it('is counted of a model that is here, within 2 % of the published 9.66 M parameters; GFLOPs are those of our graph', async () => {
    const { gigaflops, parameters } = await countModel('sam-tiny-vit');
    expect(gigaflops).toBe(36.54893952);
    expect(parameters).toBe(9_803_780);
    expect(Math.abs(parameters / 9.66e6 - 1)).toBeLessThan(0.02);
  });

  it('count no statistics, integers or parts that are not asked for', () => {
    const info = (dtype: TensorInfo['dtype'], ...shape: number[]): TensorInfo => ({ dtype, shape });
    const tensors = new Map([
      ['a.weight', info('F16', 2, 3)],
      ['bn.running_mean', info('F32', 100)],
      ['bn.num_batches_tracked', info('I64')],
      ['head.weight', info('F32', 50)],
      ['scale', info('F32')],
    ]);
    expect(parameterCount(tensors, (name) => !name.startsWith('head.'))).toBe(7);
  });
});
