import type { KeyParts } from '../items/cache-record.js';
import { describeDifference, keyDifferences } from './key-differences.js';
import type { RunRecord } from './run-record.js';

export interface MissedItem {
  readonly stage: string;
  readonly item: string;
  readonly key: string;
  readonly input: string;
}

/** Why an item's result is not in the cache, as far as an earlier run tells. */
export function missReason(
  { stage, item, key, input }: MissedItem,
  parts: KeyParts,
  versus: RunRecord | undefined,
): string {
  if (versus === undefined) return 'no earlier run of this pipeline';
  const before = versus.manifest.stages[stage]?.key;
  if (before === undefined) return `the stage was not in run ${versus.name}`;
  const changes = keyDifferences(before, parts).map(describeDifference);
  if (changes.length > 0) return changes.join('; ');
  const record = versus.items.get(stage)?.get(item);
  if (record === undefined) return `new: not among the items of run ${versus.name}`;
  if (record.input !== input) return 'the item itself changed';
  if (record.key !== key) return 'its key changed';
  return 'its result is no longer in the cache';
}
