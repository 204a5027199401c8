export interface LearningRateOptions {
  /** After warm-up. */
  readonly peak: number;
  /** Steps of linear warm-up; the first step already takes peak / warmupSteps. @default 0 */
  readonly warmupSteps?: number;
  /**
   * What follows: `constant`; `cosine` or `linear`, which fall to `peak * minFactor` after the last step; or `plateau`, which stays until
   * a score no longer improves (see `plateauReducer`). @default 'constant'
   */
  readonly schedule?: 'constant' | 'cosine' | 'linear' | 'plateau';
  /** Least share of the peak that a falling schedule comes down to. @default 0 */
  readonly minFactor?: number;
}

/** Learning rate of a step, counted from 0, of `totalSteps`; `plateau` is the factor that a plateau has left of it. */
export function learningRateAt(step: number, totalSteps: number, options: LearningRateOptions, plateau = 1): number {
  const { peak, warmupSteps = 0, schedule = 'constant', minFactor = 0 } = options;
  if (step < warmupSteps) return (plateau * (peak * (step + 1))) / warmupSteps;
  if (schedule === 'constant') return peak;
  if (schedule === 'plateau') return peak * plateau;
  const progress = Math.min(1, (step - warmupSteps) / Math.max(1, totalSteps - warmupSteps));
  const [highest, lowest] = [peak, peak * minFactor];
  if (schedule === 'linear') return highest + (lowest - highest) * progress;
  return lowest + ((highest - lowest) * (1 + Math.cos(Math.PI * progress))) / 2;
}
