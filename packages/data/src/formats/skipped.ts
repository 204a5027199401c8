import type { ReadItem, SkipReason, Unit } from './dataset-format.js';

export type Skip = Extract<ReadItem, { kind: 'skipped' }>;

/** Why something can't be used. */
export interface Fault {
  readonly reason: SkipReason;
  readonly detail?: string | undefined;
}

export function skipped(unit: Unit, reason: SkipReason, item: string, detail?: string, count?: number): Skip {
  return {
    kind: 'skipped',
    unit,
    reason,
    item,
    ...(detail === undefined ? {} : { detail }),
    ...(count === undefined ? {} : { count }),
  };
}
