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

/** An optimiser step that was taken: what a later run needs to know of it. */
export interface FitRecord extends MaskLoss<number> {
  /** Counted from 1. */
  readonly step: number;
  readonly epoch: number;
  readonly learningRate: number;
}

/** What training remembers of itself from run to run. */
export interface FitMemory {
  /** The steps that were taken before, from the first; the trainer stands where the last of them has left it. */
  readonly past: readonly FitRecord[];
  /** Told of each step when it has been taken. */
  readonly remember: (step: FitRecord, lastOfEpoch: boolean) => Promise<void>;
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
  /** Goes on where an earlier run ended: its events come again, its steps are not taken again. @default starts at the beginning */
  readonly memory?: FitMemory;
  /** Where the last weights lie that can be used, for the message when the loss fails. */
  readonly lastGood?: () => string | undefined;
  /** Milliseconds of any clock. @default performance.now */
  readonly now?: () => number;
}

export type FitEvent = FitStep | FitCheckpoint;

/** An optimiser step was taken. */
export interface FitStep extends FitRecord {
  readonly type: 'step';
  readonly totalSteps: number;
  /** Nothing where an earlier run took the step. */
  readonly speed?: { readonly imagesPerSecond: number; readonly promptsPerSecond: number };
}

/** The weights after an epoch; epoch 0 is the untouched model. */
export interface FitCheckpoint {
  readonly type: 'checkpoint';
  readonly epoch: number;
  readonly step: number;
  readonly stepsPerEpoch: number;
  /** An earlier run has gone beyond it. */
  readonly past: boolean;
  /** Of a past checkpoint the trainer has no weights any more: who wrote them down reads them there. */
  readonly weights: () => Promise<Weights>;
}

/**
 * The training loop. Yields the untouched model first, then each step and each epoch's weights, until the epochs are over or `decide`
 * stops it. With a memory it yields what it has yielded before, in the same order, and trains on from there. Throws
 * `models/LOSS_NOT_FINITE`, with the step and its items, when the loss is no longer a number.
 */
export async function* fit(options: FitOptions): AsyncGenerator<FitEvent, void, void> {
  const { trainer, items, epochs, batchSize, seed, memory, now = () => performance.now() } = options;
  const { decide = () => Promise.resolve({ stop: false }) } = options;
  const past = memory?.past ?? [];
  const perEpoch = stepsPerEpoch(items.length, batchSize);
  const totalSteps = perEpoch * epochs;
  let step = 0;

  const checkpoint = (epoch: number): FitCheckpoint => {
    return {
      type: 'checkpoint',
      epoch,
      step,
      stepsPerEpoch: perEpoch,
      past: step < past.length,
      weights: trainer.weights,
    };
  };

  yield checkpoint(0);
  for (let epoch = 1; epoch <= epochs; epoch++) {
    // stop?
    if ((await decide(epoch - 1)).stop) return;

    for (const batch of batchesOf(items, batchSize, seed, epoch)) {
      step += 1;
      // taken before?
      const before = past[step - 1];
      if (before !== undefined) {
        yield { type: 'step', totalSteps, ...before };
        continue;
      }
      const started = now();
      // learning rate
      const learningRate = learningRateAt(step - 1, totalSteps, options.learningRate);
      // accumulate and step
      const loaded = await Promise.all(batch.map(({ load }) => load(epoch)));
      const terms = await trainer.trainBatch(loaded, learningRate);
      if (!Number.isFinite(terms.loss)) throw notFinite(terms.loss, step, batch, learningRate, options);
      const speed = speedOf(loaded, now() - started);
      // remember
      const taken = { step, epoch, learningRate, ...terms };
      await memory?.remember(taken, step === perEpoch * epoch);
      // log
      yield { type: 'step', totalSteps, ...taken, speed };
    }

    // checkpoint
    yield checkpoint(epoch);
  }
}

function notFinite(
  loss: number,
  step: number,
  batch: readonly FitItem[],
  learningRate: number,
  { lastGood }: FitOptions,
): Error {
  return modelErrors.LOSS_NOT_FINITE({
    step,
    loss,
    keys: batch.map(({ key }) => key),
    learningRate,
    lastGood: lastGood?.(),
  });
}

function speedOf(items: readonly TrainItem[], milliseconds: number): FitStep['speed'] & object {
  const seconds = milliseconds / 1000;
  const prompts = items.reduce((sum, item) => sum + item.prompts.length, 0);
  return { imagesPerSecond: items.length / seconds, promptsPerSecond: prompts / seconds };
}
