import { defineStage } from '@sluice/core';
import { CheckpointContract, DecisionContract, earlyStopReducer, MetricsContract, type Metrics } from '@sluice/models';
import { last, map, scan, share } from 'rxjs';
import { earlyStopOptions } from './options.js';

/** Watches a score: tells training when to stop, and passes the best checkpoint on when it has. */
export const earlyStop = defineStage({
  type: 'early-stop',
  summary: 'Stops training when a validation score no longer improves; keeps the best checkpoint.',
  inputs: { metrics: MetricsContract },
  outputs: { decision: DecisionContract, best: CheckpointContract },
  options: earlyStopOptions,
  create: (options, _services, { logger }) => {
    return ({ metrics }) => {};
  },
});
