import { modelErrors } from '../errors.js';
import type { TrainedBatch } from './decoder-trainer.js';

/** What training does about a loss or gradient that is no finite number; the parameters stay as they were in any case. */
export interface NotFiniteOptions {
  /** Steps in a row that may be left out; training fails at the next. @default 0 */
  readonly mostSkipped?: number;
}

export interface TakenStep extends TrainedBatch {
  readonly step: number;
  readonly keys: readonly string[];
  readonly learningRate: number;
}

/** Whether the step changed the parameters. */
export const isSound = ({ loss, gradientNorm }: TrainedBatch): boolean =>
  Number.isFinite(loss) && Number.isFinite(gradientNorm);

/** Watches all steps in order: `past` those that an earlier run took. Throws `models/LOSS_NOT_FINITE` where too many fail in a row. */
export function notFiniteGuard({ mostSkipped = 0 }: NotFiniteOptions, lastGood: () => string | undefined) {
  let inRow = 0;
  const count = (batch: TrainedBatch): void => {
    inRow = isSound(batch) ? 0 : inRow + 1;
  };
  return {
    past: count,
    check: (taken: TakenStep): void => {
      count(taken);
      if (inRow <= mostSkipped) return;
      const { step, keys, learningRate, loss, gradientNorm } = taken;
      const [what, value] = Number.isFinite(loss) ? ["the gradient's norm", gradientNorm] : ['the loss', loss];
      throw modelErrors.LOSS_NOT_FINITE({ what, value, step, keys, learningRate, inRow, lastGood: lastGood() });
    },
  };
}
