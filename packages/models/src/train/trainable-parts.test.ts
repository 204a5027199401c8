import type { BitMask, Prompt } from '@sluice/data';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createOnnxRuntimeEngine } from '../engines/onnxruntime/onnx-runtime-engine.js';
import type { TensorEngine } from '../engines/tensor-engine.js';
import { PROMPT_PARAMETERS } from '../sam/prompt-tokens.js';
import { loadSamWeights } from '../weights/load-sam-weights.js';
import type { Weights } from '../weights/weights.js';
import { createDecoderPredictor } from './decoder-predictor.js';
import { createDecoderTrainer, type DecoderTrainerOptions } from './decoder-trainer.js';
import { gradientGraph } from './gradient-graph.js';
import type { TrainItem } from './train-item.js';

let engine: TensorEngine;
let weights: Weights;
beforeAll(async () => {
  engine = createOnnxRuntimeEngine({ threads: 2 });
  weights = await loadSamWeights('sam-tiny-vit');
});
afterAll(() => engine.dispose());

const image = { width: 96, height: 64 };
const frame = { size: 1024, width: 1024, height: 683 };
const mask: BitMask = { ...image, data: Uint8Array.from({ length: 96 * 64 }, (_, i) => Number(i % 96 < 40)) };
const box: Prompt = { instance: 'a', box: [4, 10, 40, 50] };
const points: Prompt = {
  instance: 'a',
  points: [
    { x: 30, y: 30, label: 1 },
    { x: 70, y: 20, label: 0 },
  ],
};
const item = (prompts: readonly Prompt[], embedding?: Float32Array): TrainItem => ({
  key: 'leaf/7',
  embedding: embedding ?? Float32Array.from({ length: 4096 * 256 }, (_, i) => Math.sin(i * 0.37) * 0.3),
  image,
  frame,
  prompts,
  masks: prompts.map(() => mask),
});
const open = (options: Partial<DecoderTrainerOptions> = {}) =>
  createDecoderTrainer({ engine, weights, optimizer: { name: 'adam' }, microBatch: 1, ...options });
const changed = (trained: Weights): string[] =>
  [...trained].flatMap(([name, { data }]) =>
    data.some((value, i) => value !== weights.get(name)!.data[i]) ? [name] : [],
  );

describe('training a part', () => {
  const heads = /^mask_decoder\.(output_hypernetworks_mlps|iou_prediction_head|output_upscaling)\./;

  it('moves the heads alone, by the gradients that they have in the whole decoder', async () => {
    const [part, whole] = [await open({ trainable: 'heads' }), await open()];
    await part.trainBatch([item([box])], 1e-3);
    await whole.accumulate([item([box])]);
    const [ofPart, ofWhole] = [await part.gradients(), await whole.gradients()];
    expect([...ofPart.keys()]).toEqual([...ofWhole.keys()].filter((name) => heads.test(name)));
    expect(ofPart.size).toBe(18);
    for (const [name, { data }] of ofPart) {
      const wanted = ofWhole.get(name)!.data;
      const largest = wanted.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
      const off = data.reduce((most, value, i) => Math.max(most, Math.abs(value - wanted[i]!)), 0);
      expect(off, name).toBeLessThanOrEqual(1e-5 * largest + 1e-9);
    }
    expect(changed(await part.weights()).sort()).toEqual([...ofPart.keys()].sort());
    await Promise.all([part.release(), whole.release()]);
  }, 60_000);

  it('has no backward work for what is frozen', () => {
    const shape = { prompts: 1, tokens: 2, loss: 'sam', resolution: 'low' } as const;
    const { graph: whole, parameters } = gradientGraph(weights, shape);
    const trained = new Set(parameters.filter((name) => heads.test(name)));
    const { graph: part } = gradientGraph(weights, shape, trained);
    const softmaxGradients = part.nodes.filter(({ op }) => op === 'Softmax').length;
    expect(softmaxGradients).toBeGreaterThan(0); // the forward pass is there
    expect(part.nodes.length).toBeLessThan(0.6 * whole.nodes.length);
  });
});

describe('training the prompt encoder', () => {
  const trainable = ['prompt_encoder.*'];
  const prompts = [box, points];

  it('gives the loss that it gives beside the graph, and the gradient that the loss has there', async () => {
    const trainer = await open({ trainable });
    const losses = async (): Promise<number> => (await trainer.accumulate([item(prompts)])).loss;
    const untouched = await losses();
    const gradients = await trainer.gradients();
    expect([...gradients.keys()].sort()).toEqual([...PROMPT_PARAMETERS].sort());

    // The slope of the loss where one embedding is moved along its gradient.
    const start = await trainer.snapshot();
    const movedBy = async (name: string, distance: number): Promise<number> => {
      const { shape, data } = start.tensors.get(name)!;
      const gradient = gradients.get(name)!.data;
      const moved = { shape, data: data.map((value, i) => value + distance * gradient[i]!) };
      await trainer.restore({ ...start, tensors: new Map([...start.tensors, [name, moved]]) });
      return losses();
    };
    for (const [name, { data }] of gradients) {
      const square = data.reduce((sum, value) => sum + value * value, 0);
      expect(square, name).toBeGreaterThan(0);
      const h = 2e-3 / square; // moves the loss by some thousandths
      const slope = ((await movedBy(name, h)) - (await movedBy(name, -h))) / (2 * h);
      expect(Math.abs(slope - square) / square, name).toBeLessThan(0.05);
    }
    await trainer.restore(start);
    await trainer.trainBatch([item(prompts)], 1e-2);
    const moved = await losses();
    const weightsBeside = await trainer.weights();
    await trainer.release();

    // The same losses where the embeddings are added in JavaScript.
    for (const [loss, weightsOf] of [
      [untouched, weights],
      [moved, weightsBeside],
    ] as const) {
      const beside = await open({ weights: weightsOf, trainable: 'heads' });
      expect((await beside.accumulate([item(prompts)])).loss).toBeCloseTo(loss, 4);
      await beside.release();
    }
    expect(Math.abs(moved - untouched)).toBeGreaterThan(1e-3);
  }, 60_000);

  it('moves only what is named, goes on from a snapshot, and the predictor takes it from a checkpoint', async () => {
    const trainer = await open({ trainable: ['prompt_encoder.point_embeddings.2.weight', '*no_mask_embed*'] });
    await trainer.trainBatch([item([box])], 1e-2);
    const snapshot = await trainer.snapshot();
    await trainer.trainBatch([item([box])], 1e-2);
    const wanted = await trainer.weights();
    await trainer.restore(snapshot);
    await trainer.trainBatch([item([box])], 1e-2);
    const trained = await trainer.weights();
    expect(trained).toEqual(wanted);
    expect(changed(trained).sort()).toEqual([
      'prompt_encoder.no_mask_embed.weight',
      'prompt_encoder.point_embeddings.2.weight',
    ]);
    await trainer.release();

    const ask = async (predictor: Awaited<ReturnType<typeof createDecoderPredictor>>) =>
      (await predictor.predict(item([]).embedding, frame, image, [box])).logits[0]!;
    const [first, fresh] = [
      await createDecoderPredictor(engine, weights),
      await createDecoderPredictor(engine, trained),
    ];
    const untouched = await ask(first);
    await first.setWeights(trained);
    const [after, asFresh] = [await ask(first), await ask(fresh)];
    expect(after).toEqual(asFresh);
    expect(after).not.toEqual(untouched);
    await Promise.all([first.release(), fresh.release()]);
  }, 60_000);
});

describe('a batch whose loss or gradient is no number', () => {
  it('changes nothing, whatever the optimiser', async () => {
    const trainer = await open({ optimizer: { name: 'sgd', momentum: 0.9 }, trainable: 'heads' });
    await trainer.trainBatch([item([box])], 1e-3);
    const before = await trainer.snapshot();
    const bad = item([box]).embedding;
    bad[5] = Number.NaN;
    const { loss, gradientNorm } = await trainer.trainBatch([item([box], bad)], 1e-3);
    expect([loss, gradientNorm]).toEqual([Number.NaN, Number.NaN]);
    expect(await trainer.snapshot()).toEqual(before);
    await trainer.release();
  }, 60_000);
});
