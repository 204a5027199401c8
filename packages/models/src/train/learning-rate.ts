export interface LearningRateOptions {
  /** After warm-up. */
  readonly peak: number;
  /** Steps of linear warm-up; the first step already takes peak / warmupSteps. @default 0 */
  readonly warmupSteps?: number;
  /** What follows: `constant`, or `cosine`, which falls to zero after the last step. @default 'constant' */
  readonly schedule?: 'constant' | 'cosine';
}

/** Learning rate of a step, counted from 0, of `totalSteps`. */
export function learningRateAt(
  step: number,
  totalSteps: number,
  { peak, warmupSteps = 0, schedule = 'constant' }: LearningRateOptions,
): number {
  if (step < warmupSteps) return (peak * (step + 1)) / warmupSteps;
  if (schedule === 'constant') return peak;
  const progress = (step - warmupSteps) / Math.max(1, totalSteps - warmupSteps);
  return (peak * (1 + Math.cos(Math.PI * Math.min(1, progress)))) / 2;
}
