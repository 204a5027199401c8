import { cpus } from 'node:os';
import type { Logger, StageState } from '@sluice/core';
import {
  epochAfter,
  readTrainingRecord,
  type DecoderTrainer,
  type FitRecord,
  type TensorEngine,
  type TrainingEnvironment,
} from '@sluice/models';
import type { CheckpointFolder } from './checkpoint-folder.js';

export interface TakeUpOptions {
  readonly state: StageState;
  readonly trainer: Pick<DecoderTrainer, 'restore'>;
  readonly folder: Pick<CheckpointFolder, 'hasAll'>;
  readonly stepsPerEpoch: number;
  /** Steps between two checkpoints. */
  readonly checkpointSteps: number;
  readonly environment: TrainingEnvironment;
  readonly logger: Logger;
}

/** Brings the trainer to where an earlier run has left it, and returns the steps that it took: none where there is nothing to go on from. */
export async function takeUp(options: TakeUpOptions): Promise<readonly FitRecord[]> {
  const { state, trainer, folder, stepsPerEpoch, checkpointSteps, environment, logger } = options;
  const found = await state.read();
  if (found === undefined) return [];
  const record = readTrainingRecord(found.content, found.path);
  const steps = record.past.length;
  const checkpoints = Array.from(
    { length: Math.ceil(steps / checkpointSteps) - 1 },
    (_, i) => (i + 1) * checkpointSteps,
  );
  if (!(await folder.hasAll(checkpoints.map((step) => epochAfter(step, stepsPerEpoch))))) {
    logger.warn(
      'a checkpoint of an earlier epoch is no longer in the cache: training starts over, with the same results',
    );
    return [];
  }
  for (const [name, before] of Object.entries(record.environment)) {
    if (environment[name] === before) continue;
    logger.warn(
      `training goes on with ${name} ${String(environment[name])}, and began with ${String(before)}: ` +
        'the weights may differ in their last bits from those of a run that is not interrupted',
    );
  }
  await trainer.restore(record.snapshot);
  logger.info(`going on after step ${String(steps)}, from ${found.path}`);
  return record.past;
}

/** What the last bits of a step depend on. */
export const environmentOf = (engine: Pick<TensorEngine, 'threads'>): TrainingEnvironment => {
  return { threads: engine.threads, processor: cpus()[0]?.model ?? 'unknown' };
};
