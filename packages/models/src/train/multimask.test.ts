import type { BitMask, Prompt } from '@sluice/data';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createOnnxRuntimeEngine } from '../engines/onnxruntime/onnx-runtime-engine.js';
import type { TensorEngine } from '../engines/tensor-engine.js';
import { upsampleLogits } from '../metrics/upsample-logits.js';
import { loadSamWeights } from '../weights/load-sam-weights.js';
import type { Weights } from '../weights/weights.js';
import { createDecoderPredictor } from './decoder-predictor.js';
import { createDecoderTrainer, type DecoderTrainerOptions } from './decoder-trainer.js';
import { piecesOf } from './pieces.js';
import type { TrainItem } from './train-item.js';

const image = { width: 96, height: 64 };
const frame = { size: 1024, width: 1024, height: 683 };
const mask: BitMask = { ...image, data: Uint8Array.from({ length: 96 * 64 }, (_, i) => Number(i % 96 < 40)) };
const box: Prompt = { instance: 'a', box: [4, 10, 40, 50] };
const single: Prompt = { instance: 'b', points: [{ x: 30, y: 30, label: 1 }] };
const two: Prompt = { instance: 'c', points: [...single.points!, { x: 70, y: 20, label: 0 }] };
const embedding = Float32Array.from({ length: 4096 * 256 }, (_, i) => Math.sin(i * 0.37) * 0.3);
const make = (...prompts: readonly Prompt[]): TrainItem => {
  return { key: 'x', embedding, image, frame, prompts, masks: prompts.map(() => mask) };
};

describe('single points that train all mask tokens', () => {
  let engine: TensorEngine;
  let weights: Weights;
  beforeAll(async () => {
    engine = createOnnxRuntimeEngine({ threads: 2 });
    weights = await loadSamWeights('sam-tiny-vit');
  });
  afterAll(() => engine.dispose());

  const open = (options: Partial<DecoderTrainerOptions> = {}) =>
    createDecoderTrainer({ engine, weights, optimizer: { name: 'adam' }, multimask: true, ...options });
  const others = /output_hypernetworks_mlps\.[123]/;

  it('are those without a box, another point or an earlier answer', () => {
    const options = {
      engine,
      loss: 'sam',
      resolution: 'low',
      multimask: true,
      microBatch: 4,
      lossTokens: undefined,
      lossWindow: undefined,
    } as const;
    const kinds = (item: TrainItem, given = options) =>
      piecesOf(item, false, given).map(({ batch, multimask }) => [multimask, ...batch.prompts]);
    const item = make(box, single, two, { ...box, ...single }, single, box);
    expect(kinds(item)).toEqual([
      [false, 0, 5],
      [false, 2, 3],
      [true, 1, 4],
    ]);
    expect(kinds({ ...item, maskPrompts: item.prompts.map(() => embedding) })).toEqual(
      kinds(item, { ...options, multimask: false } as never),
    );
  });

  it('train the other tokens’ heads; boxes do not, and their loss is as it is without', async () => {
    const [trainer, plain] = [await open(), await open({ multimask: false })];
    const ofBox = await trainer.accumulate([make(box)]);
    expect(ofBox).toEqual(await plain.accumulate([make(box)]));
    const isZero = ({ data }: { readonly data: Float32Array }) => data.every((value) => value === 0);
    const heads = async () => [...(await trainer.gradients())].filter(([name]) => others.test(name));
    expect((await heads()).every(([, gradient]) => isZero(gradient))).toBe(true);
    await trainer.trainBatch([make(single, box)], 1e-3);
    const moved = (await heads()).filter(([, gradient]) => !isZero(gradient));
    expect(moved.map(([name]) => others.exec(name)![0])).toEqual(new Array(6).fill(others.exec(moved[0]![0])![0]));
    const trained = await trainer.weights();
    for (const [name] of moved) expect(trained.get(name)!.data, name).not.toEqual(weights.get(name)!.data);
    await Promise.all([trainer.release(), plain.release()]);
  }, 60_000);

  it('give the same bytes after a snapshot, with corrections and small objects beside them', async () => {
    const options = { corrections: 1, resolution: 'auto' } as const;
    const [whole, interrupted] = [await open(options), await open(options)];
    const batches = [[make(single)], [make(box, single)]];
    for (const batch of batches) await whole.trainBatch(batch, 1e-3);
    await interrupted.trainBatch(batches[0]!, 1e-3);
    const snapshot = await interrupted.snapshot();
    await interrupted.restore(snapshot);
    await interrupted.trainBatch(batches[1]!, 1e-3);
    const [wanted, got] = [await whole.snapshot(), await interrupted.snapshot()];
    expect(
      [...wanted.tensors.keys()].filter((name) => name.startsWith('mask_decoder') && others.test(name)),
    ).toHaveLength(18);
    for (const [name, { data }] of wanted.tensors) {
      expect(Buffer.compare(Buffer.from(got.tensors.get(name)!.data.buffer), Buffer.from(data.buffer)), name).toBe(0);
    }
    await Promise.all([whole.release(), interrupted.release()]);
  }, 60_000);

  it('also do so on some image tokens, and at the image’s size', async () => {
    const item = make(single);
    const lossOf = async (options: Partial<DecoderTrainerOptions>) => {
      const trainer = await open(options);
      const { loss } = await trainer.accumulate([item]);
      await trainer.release();
      return loss;
    };
    const [whole, most] = [await lossOf({}), await lossOf({ lossTokens: 4095 })];
    expect(Math.abs(most / whole - 1)).toBeLessThan(0.002);

    const predictor = await createDecoderPredictor(engine, weights);
    const { logits, iou } = await predictor.predict(embedding, frame, image, item.prompts, { masks: 4 });
    await predictor.release();
    const [first, ...three] = logits.map((map, i) =>
      lossAtImageSize(upsampleLogits(map, frame, image.width, image.height), iou[i]!),
    );
    const best = Math.min(...three.map(({ segmentation }) => segmentation));
    const ranked = three.reduce((sum, { error }) => sum + error / 3, 0);
    const wanted = (first!.segmentation + first!.error + best + ranked) / 2;
    expect(Math.abs((await lossOf({ resolution: 'original' })) / wanted - 1)).toBeLessThan(1e-4);
  }, 60_000);
});

/** By its definition: 20 · focal + dice, and the squared error of the predicted IoU. */
function lossAtImageSize(logits: Float32Array, iou: number) {
  let [focal, overlap, both, hits, found] = [0, 0, 0, 0, 0];
  mask.data.forEach((target, i) => {
    const p = 1 / (1 + Math.exp(-logits[i]!));
    const right = target === 1 ? p : 1 - p;
    focal -= (target === 1 ? 0.25 : 0.75) * (1 - right) ** 2 * Math.log(right);
    overlap += p * target;
    both += p + target;
    hits += Number(logits[i]! > 0) * target;
    found += Number(logits[i]! > 0) + target;
  });
  const segmentation = (20 * focal) / mask.data.length + 1 - (2 * overlap + 1) / (both + 1);
  return { segmentation, error: (iou - hits / (found - hits + 1e-7)) ** 2 };
}
