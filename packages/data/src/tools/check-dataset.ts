import { SluiceError } from '@sluice/core';
import type { ReadItem, ReadOptions, SkipReason, Unit } from '../formats/dataset-format.js';
import type { FoundFormat } from '../formats/find-format.js';
import { isHarmless } from '../formats/harmless.js';
import { emptyTallies, tally } from '../formats/tally.js';
import { decodeImage } from '../images/decode-image.js';
import { totals, type DatasetStats } from './dataset-stats.js';
import { readSubsets } from './read-subsets.js';

export interface Problem {
  readonly subset: string;
  readonly unit: Unit;
  readonly reason: SkipReason;
  /** File with line or id. */
  readonly item: string;
  readonly detail?: string;
}

export interface CheckedDataset extends Pick<DatasetStats, 'format' | 'images' | 'annotations' | 'skipped'> {
  readonly problems: readonly Problem[];
}

/** Reads a whole dataset, decodes every image to the end, and lists everything that is wrong. */
export async function checkDataset(
  root: string,
  found: FoundFormat,
  options: ReadOptions = {},
): Promise<CheckedDataset> {
  const problems: Problem[] = [];
  let counts = emptyTallies;
  await found.format.categories(root);
  for await (const { subset, item } of readSubsets(root, found, { ...options, sizes: 'check', empty: 'use' })) {
    for (const told of await decoded(item)) {
      counts = tally(counts, told);
      if (told.kind === 'sample' || isHarmless(told.reason)) continue;
      const { unit, reason, item: place, detail } = told;
      problems.push({ subset, unit, reason, item: place, ...(detail === undefined ? {} : { detail }) });
    }
  }
  return { format: found.format.name, ...totals(counts), problems };
}

/** A sample as it is if its image can be decoded, else as skipped with all of its instances. */
async function decoded(item: ReadItem): Promise<readonly ReadItem[]> {
  if (item.kind === 'skipped') return [item];
  const { key, image, instances } = item.sample;
  try {
    await decodeImage(image);
    return [item];
  } catch (error) {
    if (!(error instanceof SluiceError)) throw error;
    const bad = { kind: 'skipped', item: key } as const;
    const broken = { ...bad, unit: 'image', reason: 'image file unreadable', detail: error.message } as const;
    const own = { ...bad, unit: 'annotation', reason: 'image skipped', count: instances.length } as const;
    return instances.length > 0 ? [broken, own] : [broken];
  }
}
