import { defineStage } from '@sluice/core';
import {
  CheckpointContract,
  DecisionContract,
  earlyStopReducer,
  earlyStopStart,
  MetricsContract,
  TRAINED_DECODER,
  type Checkpoint,
  type Decision,
  type EarlyStopState,
  type Metrics,
} from '@sluice/models';
import { concatMap, last, map, of, scan, share, tap } from 'rxjs';
import { earlyStopOptions } from './options.js';

interface Watched {
  readonly state: EarlyStopState;
  readonly epoch: number;
  readonly scores: Decision['scores'] & object;
  readonly checkpoint: Checkpoint | undefined;
}

const start: Watched = { state: earlyStopStart, epoch: 0, scores: {}, checkpoint: undefined };

/** Watches a score: tells training after each epoch whether to go on, and passes the best checkpoint on when it has ended. */
export const earlyStop = defineStage({
  type: 'early-stop',
  summary: 'Stops training when a validation score no longer improves; passes the best checkpoint on.',
  inputs: { metrics: MetricsContract },
  outputs: { decision: DecisionContract, best: CheckpointContract },
  options: earlyStopOptions,
  create: (options, _services, { logger, report }) => {
    const { monitor, mode = monitor === 'loss' ? 'min' : 'max', patience } = options;
    const reduce = earlyStopReducer({
      mode,
      patience,
      minDelta: options['min-delta'],
      tolerance: options.tolerance,
      warmupEpochs: options['warmup-epochs'],
      warmupSteps: options['warmup-steps'],
    });
    const watch = ({ state, checkpoint: before }: Watched, { checkpoint, scores }: Metrics): Watched => {
      const { epoch, step, stepsPerEpoch, loss, adaptiveInterval = 1 } = checkpoint;
      const all = { ...scores, ...(loss !== undefined && { loss }) };
      const next = reduce(state, { epoch, step, stepsPerEpoch, value: all[monitor], interval: adaptiveInterval });
      const isBest = next.best?.epoch === epoch;
      return { state: next, epoch, scores: all, checkpoint: isBest ? checkpoint : before };
    };
    return ({ metrics }) => {
      const watched = metrics.pipe(scan(watch, start), share());
      return {
        decision: watched.pipe(
          map(({ state: { stop, reason, best }, epoch, scores }) => {
            logger.info(`${stop ? 'stop' : 'go on'}: ${reason}`, { epoch });
            report({ type: 'progress', done: epoch, unit: 'epochs', note: reason });
            return { epoch, stop, reason, best: best ?? { epoch, value: Number.NaN }, scores };
          }),
        ),
        best: watched.pipe(
          last(),
          concatMap(({ checkpoint }) => (checkpoint === undefined ? [] : of(checkpoint))),
          tap(({ path }) => {
            report({ type: 'artifact', name: TRAINED_DECODER, path });
          }),
        ),
      };
    };
  },
});
