import { adaptedPatience } from './validation-interval.js';

/** When training stops by itself. */
export interface EarlyStopOptions {
  /** Whether more or less of the score is better. */
  readonly mode: 'max' | 'min';
  /** Checks without improvement before training stops. */
  readonly patience: number;
  /** Smallest change that a check counts as an improvement. */
  readonly minDelta: number;
  /** Scores within so much of the best one count as equal to it, and the latest of them is kept, unless the untouched model's is better. @default 0 */
  readonly tolerance?: number;
  /** Nothing is checked before so many epochs' steps ... */
  readonly warmupEpochs: number;
  /** ... and so many steps, whichever is later. */
  readonly warmupSteps: number;
}

/** A score of an epoch's checkpoint. */
export interface ScoredEpoch {
  readonly epoch: number;
  /** Optimiser steps taken so far, and in an epoch. */
  readonly step: number;
  readonly stepsPerEpoch: number;
  /** Nothing where there is no such score of the epoch: it is passed over. */
  readonly value: number | undefined;
  /** Epochs between two checks where OTX's adaptive rule chose them; the patience adapts. @default 1 */
  readonly interval?: number;
}

interface Best {
  readonly epoch: number;
  readonly value: number;
}

export interface EarlyStopState {
  /** The checkpoint to keep: of the best epoch so far, by any margin, warm-up included, or of the latest within the tolerance of it. */
  readonly best: Best | undefined;
  /** Best score so far, and the untouched model's. */
  readonly top: number | undefined;
  readonly untouched: number | undefined;
  /** Best score that a check has accepted; improvements smaller than `minDelta` leave it. */
  readonly reference: number | undefined;
  /** Checks since then. */
  readonly waited: number;
  readonly stop: boolean;
  /** Why, in a sentence. */
  readonly reason: string;
}

export const earlyStopStart: EarlyStopState = {
  best: undefined,
  top: undefined,
  untouched: undefined,
  reference: undefined,
  waited: 0,
  stop: false,
  reason: 'nothing evaluated yet',
};

/**
 * Early stopping as OTX does it: no check at all, and so no waiting, while step < max(warmupEpochs * stepsPerEpoch, warmupSteps); then a
 * check counts as an improvement if it beats the reference by more than `minDelta`. A score that is no number stops at once.
 */
export function earlyStopReducer(
  options: EarlyStopOptions,
): (state: EarlyStopState, scored: ScoredEpoch) => EarlyStopState {
  const { tolerance = 0 } = options;
  const sign = options.mode === 'max' ? 1 : -1;
  /** How much better a score is than another; infinitely where there is no other. */
  const gain = (value: number, other: number | undefined): number =>
    other === undefined ? Infinity : sign * (value - other);
  return (state, { epoch, step, stepsPerEpoch, value, interval = 1 }) => {
    if (value === undefined) return { ...state, reason: `epoch ${String(epoch)} has no such score` };
    const patience = adaptedPatience(options.patience, interval);
    if (!Number.isFinite(value)) {
      return { ...state, stop: true, reason: `the score of epoch ${String(epoch)} is ${String(value)}` };
    }
    const isTop = gain(value, state.top) > 0;
    const isAsGood = tolerance > 0 && gain(value, state.top) >= -tolerance && gain(value, state.untouched) >= 0;
    const kept = {
      best: isTop || isAsGood ? { epoch, value } : state.best,
      top: isTop ? value : state.top,
      untouched: step === 0 ? value : state.untouched,
    };
    const warmup = Math.max(options.warmupEpochs * stepsPerEpoch, options.warmupSteps);
    if (step < warmup) return { ...state, ...kept, reason: `warming up, step ${String(step)} of ${String(warmup)}` };
    const { reference } = state;
    if (gain(value, reference) > options.minDelta) {
      return {
        ...kept,
        reference: value,
        waited: 0,
        stop: false,
        reason: `epoch ${String(epoch)} improved to ${value.toFixed(4)}`,
      };
    }
    const waited = state.waited + 1;
    const reason = `no improvement beyond ${String(options.minDelta)} for ${String(waited)} of ${String(patience)} checks`;
    return { ...kept, reference, waited, stop: waited >= patience, reason };
  };
}
