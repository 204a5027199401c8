import type { Weights } from '../weights/weights.js';
import { batchesOf, stepsPerEpoch } from './batches.js';
import type { DecoderTrainer, TrainedBatch } from './decoder-trainer.js';
import { learningRateAt, type LearningRateOptions } from './learning-rate.js';
import { isSound, notFiniteGuard, type NotFiniteOptions } from './not-finite.js';
import { plateauReducer, plateauStart, type PlateauOptions } from './plateau.js';
import type { TrainItem } from './train-item.js';
import { epochAfter, hasCheckpoint } from './validation-interval.js';

/** An image to train on, loaded when its batch comes. */
export interface FitItem {
  readonly key: string;
  /** The item with its prompts of an epoch (1, 2, ...). */
  readonly load: (epoch: number) => Promise<TrainItem>;
}

/** An optimiser step that was taken, or left out as its loss or gradient is no number: what a later run needs to know of it. */
export interface FitRecord extends TrainedBatch {
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

/** A word on a checkpoint. */
export interface FitDecision {
  readonly stop: boolean;
  /** The score that a plateau of the learning rate watches. @default none: nothing falls */
  readonly watched?: number;
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
  /** What the schedule `plateau` falls by. */
  readonly plateau?: PlateauOptions;
  /** Steps between two checkpoints; the last step has one in any case. @default an epoch */
  readonly checkpointSteps?: number;
  /** @default fails at the first loss that is no number */
  readonly notFinite?: NotFiniteOptions;
  /** Asked after each checkpoint but the last, epoch 0 included; training waits for the answer. @default never stops */
  readonly decide?: (epoch: number) => Promise<FitDecision>;
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
  /** Whether the parameters stayed as they were, the loss or a gradient being no finite number. */
  readonly skipped: boolean;
  /** Nothing where an earlier run took the step. */
  readonly speed?: FitSpeed;
}

export interface FitSpeed {
  readonly imagesPerSecond: number;
  readonly promptsPerSecond: number;
  /** Until the last step at the pace of this run's steps so far, with all that came between them. */
  readonly secondsLeft: number;
}

/** The weights after some steps; epoch 0 is the untouched model. */
export interface FitCheckpoint {
  readonly type: 'checkpoint';
  /** Epochs trained; a fraction within an epoch. */
  readonly epoch: number;
  readonly step: number;
  readonly stepsPerEpoch: number;
  /** Mean loss of the steps since the checkpoint before, but for those left out; nothing where there are none. */
  readonly loss?: number;
  /** An earlier run has gone beyond it. */
  readonly past: boolean;
  /** Of a past checkpoint the trainer has no weights any more: who wrote them down reads them there. */
  readonly weights: () => Promise<Weights>;
}

/**
 * The training loop. Yields the untouched model first, then each step and, every `checkpointSteps`, the weights, until the epochs are over
 * or `decide` stops it. With a memory it yields what it has yielded before, in the same order, and trains on from there. Throws
 * `models/LOSS_NOT_FINITE`, with the step and its items, when loss or gradient are no longer numbers.
 */
export async function* fit(options: FitOptions): AsyncGenerator<FitEvent, void, void> {
  const { trainer, items, epochs, batchSize, seed, memory, now = () => performance.now() } = options;
  const { decide = () => Promise.resolve<FitDecision>({ stop: false }), lastGood = () => undefined } = options;
  const past = memory?.past ?? [];
  const perEpoch = stepsPerEpoch(items.length, batchSize);
  const { checkpointSteps = perEpoch } = options;
  const totalSteps = perEpoch * epochs;
  const guard = notFiniteGuard(options.notFinite ?? {}, lastGood);
  const onPlateau = options.plateau === undefined ? undefined : plateauReducer(options.plateau);
  let plateau = plateauStart;
  let losses: number[] = [];
  let firstStarted: number | undefined;
  let step = 0;

  const told = (record: FitRecord, speed?: FitSpeed): FitStep => {
    const skipped = !isSound(record);
    if (!skipped) losses.push(record.loss);
    return { type: 'step', totalSteps, ...record, skipped, ...(speed && { speed }) };
  };
  const checkpoint = (): FitCheckpoint => {
    const loss = losses.length === 0 ? {} : { loss: losses.reduce((sum, each) => sum + each, 0) / losses.length };
    losses = [];
    const epoch = epochAfter(step, perEpoch);
    const { weights } = trainer;
    return { type: 'checkpoint', epoch, step, stepsPerEpoch: perEpoch, ...loss, past: step < past.length, weights };
  };
  const isOver = async (): Promise<boolean> => {
    const { stop, watched } = await decide(epochAfter(step, perEpoch));
    plateau = onPlateau?.(plateau, watched) ?? plateau;
    return stop;
  };

  yield checkpoint();
  if (await isOver()) return;
  for (let epoch = 1; epoch <= epochs; epoch++) {
    for (const batch of batchesOf(items, batchSize, seed, epoch)) {
      step += 1;
      // taken before?
      const before = past[step - 1];
      if (before !== undefined) {
        guard.past(before);
        yield told(before);
      } else {
        const started = now();
        firstStarted ??= started;
        // learning rate
        const learningRate = learningRateAt(step - 1, totalSteps, options.learningRate, plateau.factor);
        // accumulate and step
        const loaded = await Promise.all(batch.map(({ load }) => load(epoch)));
        const taken = { step, epoch, learningRate, ...(await trainer.trainBatch(loaded, learningRate)) };
        guard.check({ ...taken, keys: batch.map(({ key }) => key) });
        const ended = now();
        const pace = (ended - firstStarted) / (step - past.length);
        const speed = speedOf(loaded, ended - started, (pace * (totalSteps - step)) / 1000);
        // remember
        await memory?.remember(taken, step % perEpoch === 0);
        // log
        yield told(taken, speed);
      }

      // checkpoint, evaluate, stop?
      if (!hasCheckpoint(step, checkpointSteps, totalSteps)) continue;
      yield checkpoint();
      if (step < totalSteps && (await isOver())) return;
    }
  }
}

function speedOf(items: readonly TrainItem[], milliseconds: number, secondsLeft: number): FitSpeed {
  const seconds = milliseconds / 1000;
  const prompts = items.reduce((sum, item) => sum + item.prompts.length, 0);
  return { imagesPerSecond: items.length / seconds, promptsPerSecond: prompts / seconds, secondsLeft };
}
