import { adaptedPatience } from './validation-interval.js';

/** When training stops by itself. */
export interface EarlyStopOptions {
  /** Whether more or less of the score is better. */
  readonly mode: 'max' | 'min';
  /** Checks without improvement before training stops. */
  readonly patience: number;
  /** Smallest change that a check counts as an improvement. */
  readonly minDelta: number;
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
  /** The best epoch so far, by any margin, warm-up included: the checkpoint to keep. */
  readonly best: Best | undefined;
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
  const sign = options.mode === 'max' ? 1 : -1;
  return (state, { epoch, step, stepsPerEpoch, value, interval = 1 }) => {
    if (value === undefined) return { ...state, reason: `epoch ${String(epoch)} has no such score` };
    const patience = adaptedPatience(options.patience, interval);
    if (!Number.isFinite(value)) {
      return { ...state, stop: true, reason: `the score of epoch ${String(epoch)} is ${String(value)}` };
    }
    const { best: before } = state;
    const best = before === undefined || sign * (value - before.value) > 0 ? { epoch, value } : before;
    const warmup = Math.max(options.warmupEpochs * stepsPerEpoch, options.warmupSteps);
    if (step < warmup) return { ...state, best, reason: `warming up, step ${String(step)} of ${String(warmup)}` };
    const { reference } = state;
    if (reference === undefined || sign * (value - reference) > options.minDelta) {
      return {
        best,
        reference: value,
        waited: 0,
        stop: false,
        reason: `epoch ${String(epoch)} improved to ${value.toFixed(4)}`,
      };
    }
    const waited = state.waited + 1;
    const reason = `no improvement beyond ${String(options.minDelta)} for ${String(waited)} of ${String(patience)} checks`;
    return { best, reference, waited, stop: waited >= patience, reason };
  };
}
