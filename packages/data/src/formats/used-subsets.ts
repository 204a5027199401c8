import type { Subset } from '../contracts.js';
import { dataErrors } from '../errors.js';
import type { ReadOptions } from './dataset-format.js';
import { skipped, type Skip } from './skipped.js';
import { SUBSETS, subsetOf } from './subset-names.js';

/** A part of a dataset, with the dataset's own name for it. */
export interface SubsetSource {
  readonly subsetName: string;
  readonly path: string;
}

/** The parts that serve as train, val and test, in that order, and a report of each that doesn't. */
export function usedSubsets<Source extends SubsetSource>(
  root: string,
  sources: readonly Source[],
  { subsets }: ReadOptions,
): {
  readonly used: readonly { readonly source: Source; readonly subset: Subset }[];
  readonly unused: readonly Skip[];
} {
  const named = sources.map((source) => ({ source, subset: subsetOf(source.subsetName, subsets) }));
  const used = SUBSETS.flatMap((subset) =>
    named.flatMap(({ source, subset: own }) => (own === subset ? [{ source, subset }] : [])),
  );
  if (used.length === 0) {
    throw dataErrors.NO_SUBSET({ root, found: sources.map(({ subsetName }) => subsetName) });
  }
  const unused = named
    .filter(({ subset }) => subset === undefined)
    .map(({ source }) => skipped('subset', 'subset not used', source.subsetName, source.path));
  return { used, unused };
}
