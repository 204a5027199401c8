import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createOnnxRuntimeEngine } from '../engines/onnxruntime/onnx-runtime-engine.js';
import type { Feeds, TensorEngine } from '../engines/tensor-engine.js';
import { float32Tensor, type Tensor } from '../engines/tensor.js';
import { elementCount } from '../graph/shape.js';
import { loadSamWeights } from '../weights/load-sam-weights.js';
import type { Weights } from '../weights/weights.js';
import { gradientGraph } from './gradient-graph.js';
import { predictionGraph } from './prediction-graph.js';
import { tokensAtOnce } from './tokens-at-once.js';

type Results = Readonly<Record<string, Tensor>>;

/** Greatest difference of two results, as a part of the greatest value. */
function apart(a: Results, b: Results, name: string): number {
  const [left, right] = [a[name]!.data as Float32Array, b[name]!.data as Float32Array];
  let [most, off] = [0, 0];
  left.forEach((value, i) => {
    most = Math.max(most, Math.abs(value));
    off = Math.max(off, Math.abs(value - right[i]!));
  });
  return off / Math.max(most, 1e-9);
}

describe('image tokens in blocks', () => {
  const prompts = 2;
  let engine: TensorEngine;
  let weights: Weights;
  beforeAll(async () => {
    engine = createOnnxRuntimeEngine({ threads: 2 });
    weights = await loadSamWeights('sam-tiny-vit');
  });
  afterAll(() => engine.dispose());

  /** What a small decoder's training graph gives. */
  async function step(atOnce: number | undefined): Promise<Results> {
    const grid = 16;
    const small = { prompts, tokens: 2, loss: 'sam', resolution: 'low', grid } as const;
    const { graph } = gradientGraph(weights, atOnce === undefined ? small : { ...small, tokensAtOnce: atOnce });
    const executable = await engine.compile(graph);
    const feeds: Record<string, Feeds[string]> = {};
    for (const { name, shape } of graph.inputs) {
      const targets = name === 'targets' ? (i: number) => Number(i % 7 < 3) : (i: number) => Math.sin(12.9 * i);
      const made = name.startsWith('gradient:') ? () => 0 : targets;
      const data = weights.get(name)?.data ?? Float32Array.from({ length: elementCount(shape) }, (_, i) => made(i));
      feeds[name] = float32Tensor(shape, data);
    }
    const results = await executable.run(feeds);
    await executable.release();
    return results;
  }

  it('give the loss and the gradients that all tokens at once give, and the same each time', async () => {
    const [whole, blocks, again] = [await step(undefined), await step(96), await step(96)];
    expect(Object.keys(blocks)).toEqual(Object.keys(whole));
    for (const name of Object.keys(whole)) {
      expect(apart(blocks, again, name), name).toBe(0);
      // The true gradient of a K bias is zero: what is left of it is rounding.
      if (!name.endsWith('k_proj.bias')) expect(apart(whole, blocks, name), name).toBeLessThan(2e-5);
    }
  }, 60_000);

  it('give the same logits, with one mask and with four', async () => {
    for (const masks of [1, 4] as const) {
      const shape = { prompts, tokens: 2, masks, maskPrompts: false };
      const logits = [];
      for (const blocks of [{}, { tokensAtOnce: 1500 }]) {
        const { graph } = predictionGraph(weights, { ...shape, ...blocks });
        const executable = await engine.compile(graph);
        const feeds = graph.inputs.map(({ name, shape: sizes }) => {
          const noise = Float32Array.from({ length: elementCount(sizes) }, (_, i) => Math.sin(12.9 * i));
          return [name, float32Tensor(sizes, weights.get(name)?.data ?? noise)] as const;
        });
        logits.push(await executable.run(Object.fromEntries(feeds)));
        await executable.release();
      }
      expect(logits[1]!['logits']!.shape).toEqual([prompts, masks, 65536]);
      expect(apart(logits[0]!, logits[1]!, 'logits')).toBeLessThan(1e-6);
    }
  }, 60_000);

  it('are asked for where caches bound the engine, and as many whatever the number of prompts', () => {
    expect(engine.cacheBound).toBe(true);
    expect([1, 2, 4].map((each) => tokensAtOnce(engine, each).tokensAtOnce)).toEqual([1024, 512, 256]);
    expect(tokensAtOnce({}, 2)).toEqual({});
  });
});
