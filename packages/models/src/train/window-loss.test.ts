import type { BitMask } from '@sluice/data';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { randomOf } from '@sluice/core';
import { createOnnxRuntimeEngine } from '../engines/onnxruntime/onnx-runtime-engine.js';
import type { Executable, Feeds, TensorEngine } from '../engines/tensor-engine.js';
import { float32Tensor, type Tensor } from '../engines/tensor.js';
import { GraphBuilder } from '../graph/graph-builder.js';
import { imagePositions } from '../sam/position-encoding.js';
import { LOW_RES_PIXELS } from '../sam/shape.js';
import { loadSamWeights } from '../weights/load-sam-weights.js';
import type { Weights } from '../weights/weights.js';
import { gradientGraph } from './gradient-graph.js';
import { lossTargets } from './loss-targets.js';
import { promptFeeds } from './prompt-inputs.js';
import { tokenWindows, type TokenWindow } from './token-window.js';
import type { TrainItem } from './train-item.js';
import { tokensOfWindow, windowFeeds, windowTokenCount } from './window-loss.js';

const size = { width: 512, height: 384 };
const boxes = [
  [40, 60, 90, 100],
  [400, 200, 470, 290],
] as const;
const noise = Float32Array.from({ length: 4096 * 256 }, (_, i) => Math.sin(12.9 * i));

/** Two objects, at whose windows a loss looks; `seed` draws where the lattice begins. */
function itemOf(seed: number): TrainItem {
  const masks = boxes.map(([x0, y0, x1, y1]): BitMask => {
    const data = new Uint8Array(size.width * size.height);
    for (let y = y0; y < y1; y++) data.fill(1, y * size.width + x0, y * size.width + x1);
    return { ...size, data };
  });
  return {
    ...{ key: 'x', image: size, frame: { size: 1024, width: 1024, height: 768 }, masks },
    embedding: noise,
    prompts: boxes.map((box, i) => ({ instance: String(i), box })),
    random: (...names) => randomOf(seed, ...names),
  };
}
const both = [0, 1];
const windowsOf = (item: TrainItem): readonly TokenWindow[] => tokenWindows(item, 2).map((window) => window!);
const floats = (feeds: Feeds, name: string): Float32Array => (feeds[name] as Tensor).data as Float32Array;
const targetsOf = (item: TrainItem) => floats(lossTargets(item, item.masks, 'low'), 'targets');

describe('a loss on windows', () => {
  let engine: TensorEngine;
  let picking: Executable;
  beforeAll(async () => {
    engine = createOnnxRuntimeEngine({ threads: 2 });
    const builder = new GraphBuilder();
    const picked = tokensOfWindow(builder, builder.input('image', [2, 4096, 1]), 16);
    picking = await engine.compile(builder.build({ picked }));
  });
  afterAll(() => engine.dispose());

  /** For each prompt the tokens that are looked at, as the graph picks them, and what each stands for. */
  async function looked(seed: number): Promise<readonly { readonly token: number; readonly importance: number }[][]> {
    const item = itemOf(seed);
    const none = new Float32Array(2 * LOW_RES_PIXELS);
    const { targets: _, importance, ...feeds } = windowFeeds(item, both, windowsOf(item), none);
    const image = float32Tensor(
      [2, 4096, 1],
      Float32Array.from({ length: 2 * 4096 }, (_, i) => i % 4096),
    );
    const tokens = (await picking.run({ image, ...feeds }))['picked']!.data as Float32Array;
    const stands = (importance as Tensor).data as Float32Array;
    const count = windowTokenCount(16);
    expect(tokens).toHaveLength(2 * count);
    return both.map((i) =>
      Array.from(tokens.subarray(i * count, (i + 1) * count), (token, k) => ({
        token,
        importance: stands[i * count + k]!,
      })),
    );
  }

  it('counts each token once on average over where the lattice may begin, and a window’s tokens once each time', async () => {
    const [sums, starts] = [both.map(() => new Float64Array(4096)), new Set<number>()];
    for (let seed = 0; starts.size < 16; seed++) {
      const tokens = await looked(seed);
      const start = tokens[0]!.at(-256)!.token;
      if (starts.has(start)) continue;
      starts.add(start);
      tokens.forEach((some, i) => {
        for (const { token, importance } of some) sums[i]![token]! += importance;
      });
    }
    for (const each of sums) expect(new Set(each)).toEqual(new Set([16]));
    const windows = windowsOf(itemOf(0));
    const tokens = await looked(0);
    windows.forEach(({ left, top }, i) => {
      expect(tokens[i]!.slice(0, 256).map(({ token }) => token)).toEqual(
        Array.from({ length: 256 }, (_, k) => (top + Math.floor(k / 16)) * 64 + left + (k % 16)),
      );
    });
  }, 60_000);

  it('is what its definition says of the whole logits, and its gradient is its slope', async () => {
    const weights = await loadSamWeights('sam-tiny-vit');
    const item = itemOf(3);
    const shape = { prompts: 2, tokens: 2, loss: 'sam', resolution: 'low' } as const;
    const fed = {
      image: float32Tensor([4096, 256], item.embedding),
      imagePositions: float32Tensor([4096, 256], imagePositions(weights)),
      ...promptFeeds(weights, new Set())(item, { prompts: both, tokens: 2 }),
      weights: float32Tensor([2], [0.25, 0.75]),
    };
    const compiled = async (more: object) => {
      const { graph, parameters, frozen } = gradientGraph(weights, { ...shape, tokensAtOnce: 512, ...more });
      const executable = await engine.compile(graph);
      return async (changed: Weights, feeds: Feeds) => {
        const tensors = [...parameters, ...frozen].map((name) => {
          const { shape: sizes, data } = changed.get(name) ?? weights.get(name)!;
          return [name, float32Tensor(sizes, data)] as const;
        });
        const sums = parameters.map((name) => [`gradient:${name}`, float32Tensor(weights.get(name)!.shape)] as const);
        return executable.run({ ...fed, ...feeds, ...Object.fromEntries([...tensors, ...sums]) });
      };
    };
    const targets = targetsOf(item);
    const whole = await (await compiled({ answers: true }))(new Map(), lossTargets(item, item.masks, 'low'));
    const inWindows = windowFeeds(item, both, windowsOf(item), targets);
    const run = await compiled({ window: 16 });
    const found = await run(new Map(), inWindows);

    const tokens = await looked(3);
    const logits = whole['answers']!.data as Float32Array;
    const terms = both.map((i) => {
      let [focal, predicted, wanted, hit, hard, hardHit] = [0, 0, 0, 0, 0, 0];
      for (const { token, importance } of tokens[i]!) {
        for (let k = 0; k < 16; k++) {
          const at = i * LOW_RES_PIXELS + 16 * token + k;
          const [x, t] = [logits[at]!, targets[at]!];
          const p = 1 / (1 + Math.exp(-x));
          const right = t === 1 ? p : 1 - p;
          focal += importance * (t === 1 ? 0.25 : 0.75) * (1 - right) ** 2 * -Math.log(right);
          predicted += importance * p;
          wanted += importance * t;
          hit += importance * p * t;
          hard += importance * Number(x > 0);
          hardHit += importance * Number(x > 0) * t;
        }
      }
      return {
        focal: focal / LOW_RES_PIXELS,
        dice: 1 - (2 * hit + 1) / (predicted + wanted + 1),
        iou: hardHit / (hard + wanted - hardHit),
      };
    });
    for (const term of ['focal', 'dice'] as const) {
      const expected = 0.25 * terms[0]![term] + 0.75 * terms[1]![term];
      expect(Math.abs((found[term]!.data[0] as number) - expected) / expected, term).toBeLessThan(1e-4);
    }

    // The steepest way down for some parameters, and how fast the loss falls there.
    for (const name of ['mask_decoder.output_upscaling.0.weight', 'mask_decoder.transformer.layers.1.norm4.bias']) {
      const gradient = found[`next:gradient:${name}`]!.data as Float32Array;
      const norm = Math.hypot(...gradient);
      const { shape: sizes, data } = weights.get(name)!;
      const step = 0.002 / norm;
      const lossAt = async (factor: number): Promise<number> => {
        const moved = data.map((value, i) => value + (factor * step * gradient[i]!) / norm);
        return (await run(new Map([[name, { shape: sizes, data: moved }]]), inWindows))['loss']!.data[0] as number;
      };
      const slope = ((await lossAt(1)) - (await lossAt(-1))) / (2 * step);
      expect(Math.abs(slope / norm - 1), name).toBeLessThan(0.02);
    }
  }, 60_000);
});
