import { modelErrors, type LearningRateOptions, type OptimizerOptions } from '@sluice/models';
import type { TrainDecoderOptions } from './options.js';

type Chosen = TrainDecoderOptions['optimizer'];

/** The optimiser that the options ask for. Throws `models/NESTEROV_WITHOUT_MOMENTUM`. */
export function optimizerOf(options: Chosen): OptimizerOptions {
  const { name, beta1, beta2, epsilon, momentum, nesterov, 'weight-decay': weightDecay } = options;
  const { 'clip-norm': norm, 'clip-value': value, ema } = options;
  if (name === 'sgd' && nesterov && momentum === 0) throw modelErrors.NESTEROV_WITHOUT_MOMENTUM(undefined);
  const shared = {
    ...(weightDecay !== undefined && { weightDecay }),
    ...(ema !== undefined && { ema }),
    clip: { ...(norm !== undefined && { norm }), ...(value !== undefined && { value }) },
  };
  return name === 'sgd' ? { name, momentum, nesterov, ...shared } : { name, beta1, beta2, epsilon, ...shared };
}

export function learningRateOf(options: Chosen): LearningRateOptions {
  const { lr, schedule, 'warmup-steps': warmupSteps, 'min-factor': minFactor } = options;
  return { peak: lr, warmupSteps, schedule, minFactor };
}
