import { randomOf } from '@sluice/core';
import type { BitMask, Prompt } from '@sluice/data';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createOnnxRuntimeEngine } from '../engines/onnxruntime/onnx-runtime-engine.js';
import type { TensorEngine } from '../engines/tensor-engine.js';
import { golden, goldenItem, goldenLosses, hasGolden, valuesOf } from '../testing/golden.js';
import { loadSamWeights } from '../weights/load-sam-weights.js';
import type { Weights } from '../weights/weights.js';
import { createDecoderTrainer } from './decoder-trainer.js';
import type { TrainItem } from './train-item.js';

let engine: TensorEngine;
let weights: Weights;
beforeAll(async () => {
  engine = createOnnxRuntimeEngine({ threads: 2 });
  weights = await loadSamWeights('sam-tiny-vit');
});
afterAll(() => engine.dispose());

const adam = { name: 'adam' } as const;

describe.skipIf(!hasGolden)('training against PyTorch (needs ../shared/golden)', () => {
  it.each([
    ['low', 'sam', 2],
    ['original', 'otx', 1],
    ['original', 'sam', 1],
  ] as const)(
    'follows the losses step by step: resolution %s, loss %s, micro-batches of %i',
    async (resolution, loss, microBatch) => {
      const trainer = await createDecoderTrainer({ engine, weights, loss, resolution, optimizer: adam, microBatch });
      const item = goldenItem();
      const off: number[] = [];
      for (const [wanted] of goldenLosses(`${resolution}.${loss}`)) {
        off.push(Math.abs((await trainer.trainBatch([item], 1e-4)).loss - wanted) / wanted);
      }
      expect(Math.max(...off)).toBeLessThan(1e-3);

      if (resolution === 'low') {
        const tensors = golden('decoder-train');
        const trained = await trainer.weights();
        const name = 'output_hypernetworks_mlps.0.layers.2.bias';
        const wanted = valuesOf(tensors, `low.sam.after6.${name}`);
        trained.get(`mask_decoder.${name}`)!.data.forEach((value, i) => {
          expect(Math.abs(value - wanted[i]!)).toBeLessThan(6e-5); // six steps of 1e-4 move it by up to 6e-4
        });
      }
      await trainer.release();
    },
    120_000,
  );
});

describe('createDecoderTrainer', () => {
  const image = { width: 96, height: 64 };
  const frame = { size: 1024, width: 1024, height: 683 };
  const square = (x0: number, y0: number, side: number): BitMask => {
    const data = new Uint8Array(image.width * image.height);
    for (let y = y0; y < y0 + side; y++) data.fill(1, y * image.width + x0, y * image.width + x0 + side);
    return { ...image, data };
  };
  const box: Prompt = { instance: 'a', box: [10, 10, 40, 40] };
  const point: Prompt = { instance: 'b', points: [{ x: 60, y: 30, label: 1 }] };
  const both: Prompt = { ...box, ...point };
  const make = (key: string, phase: number, prompts: readonly Prompt[]): TrainItem => ({
    key,
    embedding: Float32Array.from({ length: 4096 * 256 }, (_, i) => Math.sin(i * 0.37 + phase) * 0.3),
    image,
    frame,
    prompts,
    masks: prompts.map((_, i) => square(10 + 3 * i, 12, 20)),
  });
  const train = async (
    batches: readonly (readonly TrainItem[])[],
    microBatch: number,
    resolution: 'auto' | 'low' | 'original' = 'low',
  ) => {
    const trainer = await createDecoderTrainer({ engine, weights, resolution, optimizer: adam, microBatch });
    const losses: number[] = [];
    for (const items of batches) losses.push((await trainer.trainBatch(items, 1e-4)).loss);
    const trained = await trainer.weights();
    await trainer.release();
    return { losses, trained };
  };

  it('gives the same bytes from run to run', async () => {
    const batches = [[make('x', 0, [box, both])], [make('y', 1, [point])]];
    const [first, second] = [await train(batches, 1), await train(batches, 1)];
    expect(second.losses).toEqual(first.losses);
    for (const [name, { data }] of first.trained)
      expect(Buffer.compare(Buffer.from(second.trained.get(name)!.data.buffer), Buffer.from(data.buffer)), name).toBe(
        0,
      );
    expect(first.losses[1]).not.toBe(first.losses[0]);
  }, 60_000);

  it('hands out averages of the weights where the optimiser keeps them, and trains as without', async () => {
    const name = 'mask_decoder.output_upscaling.3.weight';
    const [plain, averaging] = await Promise.all(
      [adam, { ...adam, ema: 0.9 }].map((optimizer) => createDecoderTrainer({ engine, weights, optimizer })),
    );
    const untouched = weights.get(name)!.data;
    expect((await averaging!.weights()).get(name)!.data).toEqual(untouched);
    let average = Array.from(untouched);
    for (const decay of [2 / 11, 3 / 12]) {
      const items = [make('x', 0, [box])];
      const loss = (await plain!.trainBatch(items, 1e-3)).loss;
      expect((await averaging!.trainBatch(items, 1e-3)).loss).toBe(loss);
      const now = (await plain!.weights()).get(name)!.data;
      average = average.map((value, i) => decay * value + (1 - decay) * now[i]!);
    }
    const got = (await averaging!.weights()).get(name)!.data;
    expect(got.every((value, i) => Math.abs(value - average[i]!) < 1e-6)).toBe(true);
    const { tensors } = await averaging!.snapshot();
    expect(tensors.get(`average:${name}`)!.data).toEqual(got);
    expect(tensors.get(name)!.data).toEqual((await plain!.weights()).get(name)!.data);
    await Promise.all([plain!.release(), averaging!.release()]);
  }, 60_000);

  it('goes on from a snapshot, averages included, with the same bytes as if it had never stopped', async () => {
    const batches = [[make('x', 0, [box, both])], [make('y', 1, [point])], [make('x', 0, [box])]];
    const optimizer = { ...adam, ema: 0.9 };
    const open = () => createDecoderTrainer({ engine, weights, optimizer, microBatch: 1 });
    const [whole, interrupted] = [await open(), await open()];
    for (const batch of batches) await whole.trainBatch(batch, 1e-3);
    await interrupted.trainBatch(batches[0]!, 1e-3);
    const snapshot = await interrupted.snapshot();
    await interrupted.trainBatch(batches[2]!, 1e-2); // what comes after the snapshot is forgotten
    await interrupted.restore(snapshot);
    for (const batch of batches.slice(1)) await interrupted.trainBatch(batch, 1e-3);
    const [wanted, got] = [await whole.snapshot(), await interrupted.snapshot()];
    expect(got.steps).toBe(wanted.steps);
    expect([...got.tensors.keys()]).toEqual([...wanted.tensors.keys()]);
    for (const [name, { data }] of wanted.tensors) {
      expect(Buffer.compare(Buffer.from(got.tensors.get(name)!.data.buffer), Buffer.from(data.buffer)), name).toBe(0);
    }
    await Promise.all([whole.release(), interrupted.release()]);
  }, 60_000);

  it.each(['low', 'original'] as const)(
    'takes the same step however the prompts are split into micro-batches, at %s resolution',
    async (resolution) => {
      const batches = [[make('x', 0, [box, both, point]), make('y', 1, [box])]];
      const [split, together] = [await train(batches, 1, resolution), await train(batches, 2, resolution)];
      expect(together.losses[0]).toBeCloseTo(split.losses[0]!, 5);
    },
    60_000,
  );

  const lossOf = async (item: TrainItem, lossTokens?: number) => {
    const trainer = await createDecoderTrainer({
      ...{ engine, weights, optimizer: adam },
      ...(lossTokens !== undefined && { lossTokens }),
    });
    const terms = await trainer.accumulate([item]);
    const gradient = (await trainer.gradients()).get('mask_decoder.output_upscaling.3.weight')!.data;
    await trainer.release();
    return { ...terms, gradient };
  };

  it('takes small objects at the image’s size and the others low, in one step', async () => {
    const large = { width: 400, height: 300 };
    const squareOf = (side: number): BitMask => {
      const data = new Uint8Array(large.width * large.height);
      for (let y = 12; y < 12 + side; y++) data.fill(1, y * large.width + 10, y * large.width + 10 + side);
      return { ...large, data };
    };
    const [small, big] = [squareOf(9), squareOf(60)];
    const sized = (prompts: readonly Prompt[], masks: readonly BitMask[]): TrainItem => {
      return { ...make('x', 0, prompts), image: large, frame: { size: 1024, width: 1024, height: 768 }, masks };
    };
    const losses = async (resolution: 'auto' | 'low' | 'original', item: TrainItem) =>
      (await train([[item]], 2, resolution)).losses[0]!;
    const mixed = await losses('auto', sized([box, point], [small, big]));
    const [apart, low] = [sized([box], [small]), sized([point], [big])];
    expect(mixed).toBeCloseTo(((await losses('original', apart)) + (await losses('low', low))) / 2, 5);
    expect(Math.abs((await losses('low', apart)) - (await losses('original', apart)))).toBeGreaterThan(1e-3);
  }, 60_000);

  it('counts each prompt by its weight', async () => {
    const item = make('x', 0, [box, both]);
    const [first, second] = [make('x', 0, [box]), { ...item, prompts: [both], masks: item.masks.slice(1) }];
    const apart = [(await lossOf(first)).loss, (await lossOf(second)).loss];
    const weighted = await lossOf({ ...item, weights: [3, 0.5] });
    expect(weighted.loss).toBeCloseTo((3 * apart[0]! + 0.5 * apart[1]!) / 2, 5);
  }, 60_000);

  it('takes about the same loss and gradient on some image tokens, the same each time', async () => {
    const item = make('x', 0, [box, point]);
    const [whole, most, some] = [await lossOf(item), await lossOf(item, 4095), await lossOf(item, 1024)];
    const far = (a: Float32Array, b: Float32Array): number =>
      Math.hypot(...a.map((value, i) => value - b[i]!)) / Math.hypot(...b);
    expect(Math.abs(most.loss / whole.loss - 1)).toBeLessThan(0.002);
    expect(far(most.gradient, whole.gradient)).toBeLessThan(0.01);
    expect(Math.abs(some.loss / whole.loss - 1)).toBeLessThan(0.05);
    expect(far(some.gradient, whole.gradient)).toBeLessThan(0.3);
    expect(await lossOf(item, 1024)).toEqual(some);
    const another = await lossOf({ ...item, random: (...names) => randomOf(5, ...names) }, 1024);
    expect(another.loss).not.toBe(some.loss);
  }, 60_000);

  it('takes about the same loss in windows, the same each time, and all tokens of an object that no window holds', async () => {
    const lossIn = async (item: TrainItem, lossWindow?: number) => {
      const options = { engine, weights, optimizer: adam, ...(lossWindow !== undefined && { lossWindow }) };
      const trainer = await createDecoderTrainer(options);
      const { loss } = await trainer.accumulate([item]);
      await trainer.release();
      return loss;
    };
    const large = { width: 400, height: 300 };
    const squareOf = (side: number): BitMask => {
      const data = new Uint8Array(large.width * large.height);
      for (let y = 12; y < 12 + side; y++) data.fill(1, y * large.width + 10, y * large.width + 10 + side);
      return { ...large, data };
    };
    const itemWith = (...sides: readonly number[]): TrainItem => ({
      ...make(
        'x',
        0,
        sides.map(() => box),
      ),
      ...{ image: large, frame: { size: 1024, width: 1024, height: 768 }, masks: sides.map(squareOf) },
    });
    const windowed = await lossIn(itemWith(60), 2);
    expect(Math.abs(windowed / (await lossIn(itemWith(60))) - 1)).toBeLessThan(0.02);
    const whole = await lossIn(itemWith(240));
    expect(await lossIn(itemWith(240), 2)).toBe(whole);
    expect(await lossIn(itemWith(60, 240), 2)).toBeCloseTo((windowed + whole) / 2, 5);
  }, 60_000);

  it.each([
    [1024, 'original'],
    [4096, 'low'],
    [1.5, 'low'],
  ] as const)('refuses a loss on %d tokens at resolution %s', async (lossTokens, resolution) => {
    const promise = createDecoderTrainer({ engine, weights, optimizer: adam, lossTokens, resolution });
    await expect(promise).rejects.toMatchObject({ code: 'models/SAMPLED_LOSS' });
  });

  it('leaves what is not trained as it was: the prompt encoder, keys without effect, the other mask tokens', async () => {
    const { trained } = await train([[make('x', 0, [box])]], 1);
    const unchanged = [...trained].filter(([name, { data }]) =>
      data.every((value, i) => value === weights.get(name)!.data[i]),
    );
    const names = unchanged.map(([name]) => name);
    expect(
      names.filter((name) => !/prompt_encoder\.|k_proj\.bias|output_hypernetworks_mlps\.[123]/.test(name)),
    ).toEqual([]);
    expect(names.length).toBe(weights.size - 95);
  });

  it('changes nothing for a batch without prompts', async () => {
    const { losses, trained } = await train([[make('x', 0, [])]], 1);
    expect(losses).toEqual([0]);
    expect(trained.get('mask_decoder.iou_token.weight')).toEqual(weights.get('mask_decoder.iou_token.weight'));
  });

  it('says which item has prompts without masks', async () => {
    const trainer = await createDecoderTrainer({ engine, weights, optimizer: adam });
    const promise = trainer.trainBatch([{ ...make('leaf/7', 0, [box]), masks: [] }], 1e-4);
    await expect(promise).rejects.toMatchObject({ code: 'models/PROMPTS_WITHOUT_MASKS' });
    await expect(promise).rejects.toThrow(/leaf\/7/);
    await trainer.release();
  });
});
