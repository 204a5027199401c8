/**
 * What is tried: options over `pipeline.yaml`, each variant one step away from `base` or from the best so far.
 * @type {Readonly<Record<string, Readonly<Record<string, string | number>>>>}
 */
export const variants = {
  base: {},
  'lr-1e-4': { 'stages.train.with.optimizer.lr': 1e-4 },
  'lr-4e-4': { 'stages.train.with.optimizer.lr': 4e-4 },
  'lr-8e-4': { 'stages.train.with.optimizer.lr': 8e-4 },
  'batch-1': { 'stages.train.with.batch-size': 1 },
  'ema-0.98': { 'stages.train.with.optimizer.ema': 0.98 },
  'batch-1-ema-0.98': { 'stages.train.with.batch-size': 1, 'stages.train.with.optimizer.ema': 0.98 },
  'batch-4': { 'stages.train.with.batch-size': 4 },
  'warmup-5': { 'stages.train.with.optimizer.warmup-steps': 5 },
  constant: { 'stages.train.with.optimizer.schedule': 'constant' },
  'jitter-0.02': { 'stages.prompts.with.jitter': 0.02 },
  'jitter-0.05': { 'stages.prompts.with.jitter': 0.05 },
  'points-1-in-4': { 'stages.prompts.with.mix.box': 3, 'stages.prompts.with.mix.point': 1 },
  'points-1-in-2': { 'stages.prompts.with.mix.box': 1, 'stages.prompts.with.mix.point': 1 },
};
