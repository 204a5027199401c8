import type { ReadItem, ReadOptions } from '../formats/dataset-format.js';
import type { FoundFormat } from '../formats/find-format.js';

/** Everything that reading a dataset tells, with the dataset's own name of the subset that it is in. All subsets are read, in the dataset's order. */
export async function* readSubsets(
  root: string,
  { format }: FoundFormat,
  options: ReadOptions,
): AsyncGenerator<{ readonly subset: string; readonly item: ReadItem }> {
  for (const subset of await format.subsets(root)) {
    for await (const item of format.read(root, { ...options, subsets: { train: [subset], val: [], test: [] } })) {
      if (item.kind === 'sample' || item.unit !== 'subset') yield { subset, item };
    }
  }
}
