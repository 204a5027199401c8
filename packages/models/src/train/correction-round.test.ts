import { randomOf } from '@sluice/core';
import type { BitMask, Prompt } from '@sluice/data';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createOnnxRuntimeEngine } from '../engines/onnxruntime/onnx-runtime-engine.js';
import type { TensorEngine } from '../engines/tensor-engine.js';
import { toLogitOrder } from '../sam/logit-order.js';
import { loadSamWeights } from '../weights/load-sam-weights.js';
import type { Weights } from '../weights/weights.js';
import { correctedItem, wrongPoint } from './correction-round.js';
import { createDecoderPredictor } from './decoder-predictor.js';
import { createDecoderTrainer, type DecoderTrainerOptions } from './decoder-trainer.js';
import type { TrainItem } from './train-item.js';

const image = { width: 96, height: 64 };
const frame = { size: 1024, width: 1024, height: 683 };
const square = (x0: number, y0: number, side: number): BitMask => {
  const data = new Uint8Array(image.width * image.height);
  for (let y = y0; y < y0 + side; y++) data.fill(1, y * image.width + x0, y * image.width + x0 + side);
  return { ...image, data };
};
const box: Prompt = { instance: 'a', box: [10, 10, 40, 40] };
const point: Prompt = { instance: 'b', points: [{ x: 60, y: 30, label: 1 }] };
const make = (prompts: readonly Prompt[], key = 'x', phase = 0): TrainItem => ({
  ...{ key, image, frame, prompts },
  embedding: Float32Array.from({ length: 4096 * 256 }, (_, i) => Math.sin(i * 0.37 + phase) * 0.3),
  masks: prompts.map((_, i) => square(10 + 3 * i, 12, 20)),
});

describe('a point where the answer is wrong', () => {
  const truth: BitMask = { width: 4, height: 2, data: Uint8Array.of(0, 1, 1, 0, 0, 1, 1, 0) };
  const logits = (mask: readonly number[]): Float32Array => Float32Array.from(mask, (bit) => (bit ? 2.5 : -1.5));
  const drawn = (mask: readonly number[]) =>
    Array.from({ length: 400 }, (_, i) => wrongPoint(logits(mask), truth, randomOf(i, 'test')));

  it('is foreground where the answer lacks it, background where it has too much, each pixel as likely', () => {
    const points = drawn([1, 1, 1, 0, 0, 1, 0, 1]);
    const counts = new Map<string, number>();
    for (const found of points) counts.set(JSON.stringify(found), (counts.get(JSON.stringify(found)) ?? 0) + 1);
    const wanted = [
      { x: 0, y: 0, label: 0 },
      { x: 2, y: 1, label: 1 },
      { x: 3, y: 1, label: 0 },
    ];
    expect([...counts.keys()].sort()).toEqual(wanted.map((each) => JSON.stringify(each)).sort());
    // A third of 400; 5 standard deviations are 47.
    for (const count of counts.values()) expect(Math.abs(count - 400 / 3)).toBeLessThan(47);
  });

  it('is nowhere in a right answer; a logit of 0 or none is outside', () => {
    expect(wrongPoint(logits([0, 1, 1, 0, 0, 1, 1, 0]), truth, randomOf(0))).toBeUndefined();
    const unsure = Float32Array.of(0, 1, 1, Number.NaN, 0, 1, 1, -1);
    expect(wrongPoint(unsure, truth, randomOf(0))).toBeUndefined();
  });
});

describe('the next round of an item', () => {
  /** Rows of 256 positions, as they come from the decoder: `of(x, y)` in image pixels. */
  const answer = (of: (x: number, y: number) => number): Float32Array =>
    toLogitOrder(
      Float32Array.from({ length: 65536 }, (_, i) =>
        of(((i % 256) * 4 * 96) / 1024, (Math.floor(i / 256) * 4 * 96) / 1024),
      ),
    );
  const nothing = answer(() => -5);

  it('adds a point to what was asked, and brings the answer', () => {
    const next = correctedItem(make([box, point]), 1, new Map([0, 1].map((index) => [index, nothing])));
    expect(next.maskPrompts).toEqual([nothing, nothing]);
    const [first, second] = next.prompts;
    expect(first).toEqual({ ...box, points: [expect.objectContaining({ label: 1 })] });
    expect(second!.points).toEqual([point.points![0], expect.objectContaining({ label: 1 })]);
    next.prompts.forEach(({ points }, i) => {
      const { x, y } = points!.at(-1)!;
      expect(next.masks[i]!.data[y * image.width + x]).toBe(1);
    });
  });

  it('is the same each time, another for another round, instance or seed', () => {
    const next = (round: number, item = make([box, { ...box, instance: 'c' }])) =>
      correctedItem(
        { ...item, masks: [item.masks[0]!, item.masks[0]!] },
        round,
        new Map([0, 1].map((i) => [i, nothing])),
      );
    expect(next(1).prompts).toEqual(next(1).prompts);
    const added = (item: TrainItem, i: number) => JSON.stringify(item.prompts[i]!.points);
    const seeded = { ...make([box, box]), random: (...names: readonly (string | number)[]) => randomOf(5, ...names) };
    const all = [added(next(1), 0), added(next(1), 1), added(next(2), 0), added(next(1, seeded), 0)];
    expect(new Set(all).size).toBe(4);
  });

  it('has no new point where the answer is right', () => {
    const right = answer((x, y) => (x >= 10 && x < 30 && y >= 12 && y < 32 ? 20 : -20));
    const { prompts, maskPrompts } = correctedItem(make([box]), 1, new Map([[0, right]]));
    expect(prompts).toEqual([box]);
    expect(maskPrompts).toEqual([right]);
  });
});

describe('training with corrections', () => {
  let engine: TensorEngine;
  let weights: Weights;
  beforeAll(async () => {
    engine = createOnnxRuntimeEngine({ threads: 2 });
    weights = await loadSamWeights('sam-tiny-vit');
  });
  afterAll(() => engine.dispose());

  const open = (options: Partial<DecoderTrainerOptions> = {}) =>
    createDecoderTrainer({ engine, weights, optimizer: { name: 'adam' }, corrections: 1, ...options });

  it('takes the mean loss and gradient of the rounds, the later ones with the answer of the one before', async () => {
    const item = make([box, point]);
    const [predictor, trainer, single] = [
      await createDecoderPredictor(engine, weights),
      await open(),
      await open({ corrections: 0 }),
    ];
    const { logits } = await predictor.predict(item.embedding, frame, image, item.prompts);
    const second = correctedItem(item, 1, new Map(logits.map((map, i) => [i, toLogitOrder(map)])));
    const both = await trainer.accumulate([item]);
    const gradients = await trainer.gradients();

    const apart = await single.accumulate([item]);
    const first = await single.gradients();
    // The second round, by itself: a trainer without rounds takes mask prompts as they come.
    const after = await single.accumulate([second]);
    const later = await single.gradients();
    for (const term of ['loss', 'focal', 'dice', 'iou'] as const) {
      expect(both[term], term).toBeCloseTo((apart[term] + after[term]) / 2, 4);
    }
    for (const [name, { data }] of gradients) {
      if (name.endsWith('k_proj.bias')) continue; // zero but for rounding
      const [a, b] = [first.get(name)!.data, later.get(name)!.data];
      let [off, largest] = [0, 0];
      data.forEach((value, i) => {
        off = Math.max(off, Math.abs(value - (a[i]! + b[i]!) / 2));
        largest = Math.max(largest, Math.abs(value));
      });
      expect(off, name).toBeLessThan(1e-3 * largest);
    }
    await Promise.all([predictor.release(), trainer.release(), single.release()]);
  }, 60_000);

  it('goes on from a snapshot with the same bytes, however often it stops', async () => {
    const batches = [[make([box])], [make([point], 'y', 1)]];
    const options = { corrections: 2, microBatch: 1, resolution: 'low' } as const;
    const [whole, interrupted] = [await open(options), await open(options)];
    for (const batch of batches) await whole.trainBatch(batch, 1e-3);
    for (const batch of batches) {
      const snapshot = await interrupted.snapshot();
      await interrupted.trainBatch([make([box], 'z', 2)], 1e-2); // forgotten
      await interrupted.restore(snapshot);
      await interrupted.trainBatch(batch, 1e-3);
    }
    const [wanted, got] = [await whole.snapshot(), await interrupted.snapshot()];
    for (const [name, { data }] of wanted.tensors) {
      expect(Buffer.compare(Buffer.from(got.tensors.get(name)!.data.buffer), Buffer.from(data.buffer)), name).toBe(0);
    }
    await Promise.all([whole.release(), interrupted.release()]);
  }, 60_000);

  it('trains the embeddings of masks and of their absence where patterns name them', async () => {
    const trainable = ['prompt_encoder.mask_downscaling.*', 'prompt_encoder.no_mask_embed.weight'];
    const trainer = await open({ trainable });
    await trainer.trainBatch([make([box])], 1e-2);
    const gradients = await trainer.gradients();
    expect(gradients.size).toBe(11);
    const trained = await trainer.weights();
    for (const [name, { data }] of gradients) {
      expect(
        data.some((value) => value !== 0),
        name,
      ).toBe(true);
      expect(trained.get(name)!.data, name).not.toEqual(weights.get(name)!.data);
    }
    await trainer.release();
    await expect(open({ trainable, corrections: 0 })).rejects.toMatchObject({ code: 'models/NOTHING_TO_TRAIN' });
  }, 60_000);

  it.each([
    [{ corrections: 1.5 }, 'a whole number'],
    [{ corrections: -1 }, 'a whole number'],
    [{ corrections: 1, lossTokens: 1024 }, 'loss-tokens'],
  ])('refuses %o', async (options, message) => {
    await expect(open(options)).rejects.toMatchObject({ code: 'models/CORRECTIONS' });
    await expect(open(options)).rejects.toThrow(message);
  });
});
