import type { ReadItem, SkipReason, Unit } from './dataset-format.js';

/** What became of everything that a reader was given: `read` is `used` and all of `skipped`. */
export interface Tally {
  readonly read: number;
  readonly used: number;
  readonly skipped: Readonly<Partial<Record<SkipReason, number>>>;
}

export type Tallies = Readonly<Record<Unit, Tally>>;

const nothing: Tally = { read: 0, used: 0, skipped: {} };
export const emptyTallies: Tallies = { subset: nothing, image: nothing, annotation: nothing };

/** Adds a reader's item to the counts. */
export function tally(counts: Tallies, item: ReadItem): Tallies {
  if (item.kind === 'sample') {
    return {
      ...counts,
      image: use(counts.image, 1),
      annotation: use(counts.annotation, item.sample.instances.length),
    };
  }
  return { ...counts, [item.unit]: skip(counts[item.unit], item.reason, item.count ?? 1) };
}

function use(counts: Tally, count: number): Tally {
  return { ...counts, read: counts.read + count, used: counts.used + count };
}

function skip(counts: Tally, reason: SkipReason, count: number): Tally {
  const skipped = { ...counts.skipped, [reason]: (counts.skipped[reason] ?? 0) + count };
  return { ...counts, read: counts.read + count, skipped };
}
