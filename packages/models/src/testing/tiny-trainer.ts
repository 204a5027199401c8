import type { TensorEngine } from '../engines/tensor-engine.js';
import { float32Tensor } from '../engines/tensor.js';
import { gradients } from '../autodiff/backward.js';
import { GraphBuilder } from '../graph/graph-builder.js';
import type { Graph } from '../graph/graph.js';
import { next } from '../optim/names.js';
import type { OptimizerOptions } from '../optim/optimizer.js';
import type { DecoderTrainer } from '../train/decoder-trainer.js';
import { stack } from '../train/stack.js';
import { createTrainingState } from '../train/training-state.js';
import type { Weights } from '../weights/weights.js';

/** Values of an embedding that the tiny model reads. */
export const TINY_FEATURES = 16;

/** The tiny model's untrained weights. */
export const tinyWeights = (): Weights =>
  new Map([
    ['w', { shape: [TINY_FEATURES, 1], data: Float32Array.from({ length: TINY_FEATURES }, (_, i) => Math.sin(i) / 4) }],
    ['b', { shape: [1], data: Float32Array.of(0.1) }],
  ]);

/**
 * Trains a linear model to find the first prompt's box from an embedding: a step in a millisecond, on the same engine, state and optimisers as
 * the decoder's. One prompt an item.
 */
export async function createTinyTrainer(
  engine: TensorEngine,
  optimizer: OptimizerOptions = { name: 'adam' },
): Promise<Pick<DecoderTrainer, 'trainBatch' | 'weights' | 'snapshot' | 'restore' | 'release'>> {
  const state = await createTrainingState(engine, tinyWeights(), { trained: ['w', 'b'] }, optimizer);
  const compiled = new Map<number, ReturnType<TensorEngine['compile']>>();
  const executableOf = (rows: number): ReturnType<TensorEngine['compile']> => {
    const known = compiled.get(rows) ?? engine.compile(tinyGraph(rows), { label: 'tiny step' });
    compiled.set(rows, known);
    return known;
  };
  return {
    trainBatch: async (items, learningRate) => {
      const executable = await executableOf(items.length);
      state.begin();
      const { feeds, into } = state.accumulation();
      const x = float32Tensor([items.length, TINY_FEATURES], stack(items.map(({ embedding }) => embedding)));
      const target = float32Tensor(
        [items.length, 1],
        items.map(({ prompts, image }) => (prompts[0]?.box?.[0] ?? 0) / image.width),
      );
      const { loss } = await executable.run({ x, target, ...feeds }, into);
      const value = (loss!.data as Float32Array)[0]!;
      const gradientNorm = Number.isFinite(value) ? await state.step(learningRate) : Number.NaN;
      return { loss: value, focal: value / 2, dice: value / 3, iou: value / 7, gradientNorm };
    },
    weights: () => state.parameters(),
    snapshot: () => state.snapshot(),
    restore: (snapshot) => state.restore(snapshot),
    release: async () => {
      for (const executable of compiled.values()) await (await executable).release();
      await state.release();
    },
  };
}

/** Squared error of x w + b, and its gradients added to those that are fed. */
function tinyGraph(rows: number): Graph {
  const builder = new GraphBuilder();
  const [w, b] = [builder.input('w', [TINY_FEATURES, 1]), builder.input('b', [1])];
  const y = builder.emit('Add', [builder.emit('MatMul', [builder.input('x', [rows, TINY_FEATURES]), w]), b]);
  const error = builder.emit('Sub', [y, builder.input('target', [rows, 1])]);
  const squares = builder.emit('Mul', [error, error]);
  const loss = builder.emit('ReduceMean', [squares], { axes: [0, 1], keepdims: false });
  const found = gradients(builder, loss, [w, b]);
  const sums = [w, b].map((value) => {
    const sum = `gradient:${value.name}`;
    return [next(sum), builder.emit('Add', [builder.input(sum, value.shape), found.get(value)!])] as const;
  });
  return builder.build({ loss, ...Object.fromEntries(sums) });
}
