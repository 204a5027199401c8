import { setImmediate } from 'node:timers/promises';
import type { StageState } from '@sluice/core';
import type { Weights } from '../weights/weights.js';
import type { DecoderTrainer } from './decoder-trainer.js';
import type { FitMemory, FitRecord } from './fit.js';
import type { TrainingSnapshot } from './training-state.js';
import { writeTrainingRecord, type TrainingEnvironment } from './training-record.js';

export interface TrainingMemoryOptions {
  readonly trainer: Pick<DecoderTrainer, 'snapshot'>;
  readonly state: Pick<StageState, 'write'>;
  /** Steps that were taken before. @default none */
  readonly past?: readonly FitRecord[];
  readonly environment: TrainingEnvironment;
  /** Steps between two snapshots within an epoch. @default by the clock, at least one a minute */
  readonly every?: number;
  /** Milliseconds of any clock. @default performance.now */
  readonly now?: () => number;
}

export interface TrainingMemory extends FitMemory {
  /** Resolves when all is on disk; rejects where something could not be written. */
  readonly flush: () => Promise<void>;
}

const MOST_MILLISECONDS = 60_000;

/**
 * Writes a snapshot at the end of each epoch and, within one, every so many steps. Training waits only while the tensors are copied out of
 * the engine; the file is written while the next steps run, one at a time. A failure to write ends training at its next step.
 */
export function trainingMemory(options: TrainingMemoryOptions): TrainingMemory {
  const { trainer, state, past = [], environment, every, now = () => performance.now() } = options;
  const steps = [...past];
  let lastAt = now();
  let lastStep = past.length;
  let writing: Promise<unknown> = Promise.resolve();
  let failure: { readonly error: unknown } | undefined;

  const isDue = (step: number): boolean =>
    every === undefined ? now() - lastAt >= MOST_MILLISECONDS : step - lastStep >= every;

  /** Off the path of training: it waits for the copy alone, and the next step is under way before the file is made. */
  const keep = async (snapshot: TrainingSnapshot, taken: readonly FitRecord[]): Promise<void> => {
    await setImmediate();
    if (!allFinite(snapshot.tensors)) return; // the loss of the next step will say so
    await state.write(taken.length, writeTrainingRecord({ snapshot, past: taken, environment }));
  };
  const write = async (): Promise<void> => {
    const snapshot = await trainer.snapshot();
    [lastAt, lastStep] = [now(), steps.length];
    writing = keep(snapshot, [...steps]).catch((error: unknown) => {
      failure ??= { error };
    });
  };
  const flush = async (): Promise<void> => {
    await writing;
    if (failure !== undefined) throw failure.error;
  };
  return {
    past,
    remember: async (step, lastOfEpoch) => {
      if (failure !== undefined) throw failure.error;
      steps.push(step);
      if (!lastOfEpoch && !isDue(step.step)) return;
      await flush();
      await write();
    },
    flush,
  };
}

/** Whether every weight is a number. */
export function allFinite(weights: Weights): boolean {
  for (const { data } of weights.values()) {
    let sum = 0; // stays 0: what is no number, times 0, is none
    for (let i = 0; i < data.length; i++) sum += data[i]! * 0;
    if (sum !== 0) return false;
  }
  return true;
}
