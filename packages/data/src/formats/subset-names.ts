import type { Subset } from '../contracts.js';
import type { SubsetNames } from './dataset-format.js';

export const SUBSETS: readonly Subset[] = ['train', 'val', 'test'];

/** What datasets commonly call our subsets. */
const usualNames: Readonly<Record<Subset, readonly string[]>> = {
  train: ['train', 'train2017', 'train2014', 'training'],
  val: ['val', 'val2017', 'val2014', 'valid', 'validation'],
  test: ['test', 'test2017', 'testing'],
};

/** The subset that a dataset's own name stands for, if any. */
export function subsetOf(name: string, names: SubsetNames = {}): Subset | undefined {
  return SUBSETS.find((subset) => [names[subset] ?? usualNames[subset]].flat().includes(name));
}
