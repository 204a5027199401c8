import {
  adaptedPlateauPatience,
  adaptiveInterval,
  modelErrors,
  stepsApart,
  type Decision,
  type FitDecision,
  type PlateauOptions,
} from '@sluice/models';
import type { TrainDecoderOptions } from './options.js';

/** When there are checkpoints, and what the learning rate makes of their scores. */
export interface FitSchedule {
  readonly checkpointSteps: number;
  /** Epochs between two checkpoints where the adaptive rule chose more than one. */
  readonly adaptiveInterval?: number;
  readonly plateau?: PlateauOptions;
  readonly verdict: (decision: Decision) => FitDecision;
}

/** Throws `models/PLATEAU_UNWATCHED` where the schedule waits for scores that nobody brings. */
export function fitSchedule(options: TrainDecoderOptions, stepsPerEpoch: number, isWatched: boolean): FitSchedule {
  const { epochs, 'validate-every': every, 'validate-every-steps': everySteps, optimizer } = options;
  const adaptive = every === 'adaptive' && everySteps === undefined ? adaptiveInterval(stepsPerEpoch, epochs) : 1;
  const checkpointSteps = everySteps ?? stepsApart(every === 'adaptive' ? adaptive : every, stepsPerEpoch);
  const { monitor, patience, factor, 'min-delta': minDelta } = optimizer.plateau;
  const onPlateau = optimizer.schedule === 'plateau';
  if (onPlateau && !isWatched) throw modelErrors.PLATEAU_UNWATCHED(undefined);
  return {
    checkpointSteps,
    ...(adaptive > 1 && { adaptiveInterval: adaptive }),
    ...(onPlateau && {
      plateau: {
        mode: monitor === 'loss' ? 'min' : 'max',
        factor,
        patience: adaptedPlateauPatience(patience, adaptive),
        minDelta,
        minFactor: optimizer['min-factor'],
      },
    }),
    verdict: ({ stop, scores }) => {
      const watched = scores?.[monitor];
      return { stop, ...(watched !== undefined && { watched }) };
    },
  };
}
