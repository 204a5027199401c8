import { modelErrors } from '../errors.js';
import type { MaskLoss } from '../losses/mask-loss.js';
import type { Weights } from '../weights/weights.js';
import { batchesOf, stepsPerEpoch } from './batches.js';
import type { DecoderTrainer } from './decoder-trainer.js';
import { learningRateAt, type LearningRateOptions } from './learning-rate.js';
import type { TrainItem } from './train-item.js';

/** An image to train on, loaded when its batch comes. */
export interface FitItem {
  readonly key: string;
  /** The item with its prompts of an epoch (1, 2, ...). */
  readonly load: (epoch: number) => Promise<TrainItem>;
}

export interface FitOptions {
  readonly trainer: Pick<DecoderTrainer, 'trainBatch' | 'weights'>;
  readonly items: readonly FitItem[];
  /** Most passes over the items; the learning rate's schedule spans them all. */
  readonly epochs: number;
  /** Images in an optimiser step. */
  readonly batchSize: number;
  readonly learningRate: LearningRateOptions;
  /** Seeds the order of the items in each epoch. */
  readonly seed: number;
  /** Asked after each checkpoint but the last, epoch 0 included; training waits for the answer. @default never stops */
  readonly decide?: (epoch: number) => Promise<{ readonly stop: boolean }>;
  /** Milliseconds of any clock. @default performance.now */
  readonly now?: () => number;
}

export type FitEvent = FitStep | FitCheckpoint;

/** An optimiser step was taken. */
export interface FitStep extends MaskLoss<number> {
  readonly type: 'step';
  /** Counted from 1. */
  readonly step: number;
  readonly epoch: number;
  readonly totalSteps: number;
  readonly learningRate: number;
  readonly imagesPerSecond: number;
  readonly promptsPerSecond: number;
}

/** The weights after an epoch; epoch 0 is the untouched model. */
export interface FitCheckpoint {
  readonly type: 'checkpoint';
  readonly epoch: number;
  readonly step: number;
  readonly stepsPerEpoch: number;
  readonly weights: Weights;
}

/**
 * The training loop. Yields the untouched model first, then each step and each epoch's weights, until the epochs are over or `decide`
 * stops it. Throws `models/LOSS_NOT_FINITE`, with the step and its items, when the loss is no longer a number.
 */
export async function* fit(options: FitOptions): AsyncGenerator<FitEvent, void, void> {
  const { trainer, items, epochs, batchSize, seed, now = () => performance.now() } = options;
  const { decide = () => Promise.resolve({ stop: false }) } = options;
  const perEpoch = stepsPerEpoch(items.length, batchSize);
  const totalSteps = perEpoch * epochs;
  let step = 0;

  const checkpoint = async (epoch: number): Promise<FitCheckpoint> => {
    return { type: 'checkpoint', epoch, step, stepsPerEpoch: perEpoch, weights: await trainer.weights() };
  };

  yield await checkpoint(0);
  for (let epoch = 1; epoch <= epochs; epoch++) {
    // stop?
    if ((await decide(epoch - 1)).stop) return;

    for (const batch of batchesOf(items, batchSize, seed, epoch)) {
      const started = now();
      // learning rate
      const learningRate = learningRateAt(step, totalSteps, options.learningRate);
      // accumulate and step
      const loaded = await Promise.all(batch.map(({ load }) => load(epoch)));
      const terms = await trainer.trainBatch(loaded, learningRate);
      step += 1;
      refuseNonFinite(terms.loss, step, batch, learningRate);
      // log
      yield { type: 'step', step, epoch, totalSteps, learningRate, ...terms, ...speed(loaded, now() - started) };
    }

    // checkpoint
    yield await checkpoint(epoch);
  }
}

function refuseNonFinite(loss: number, step: number, batch: readonly FitItem[], learningRate: number): void {
  if (Number.isFinite(loss)) return;
  throw modelErrors.LOSS_NOT_FINITE({ step, loss, keys: batch.map(({ key }) => key), learningRate });
}

function speed(
  items: readonly TrainItem[],
  milliseconds: number,
): Pick<FitStep, 'imagesPerSecond' | 'promptsPerSecond'> {
  const seconds = milliseconds / 1000;
  const prompts = items.reduce((sum, item) => sum + item.prompts.length, 0);
  return { imagesPerSecond: items.length / seconds, promptsPerSecond: prompts / seconds };
}
