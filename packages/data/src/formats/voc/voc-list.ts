import { basename, join } from 'node:path';
import { fileWithin } from '../file-within.js';
import { readText } from '../read-text.js';
import type { SubsetSource } from '../used-subsets.js';

/** An image id of a list and its line, from 1. */
export interface ListedId {
  readonly id: string;
  readonly line: number;
}

/** The ids of `ImageSets/Segmentation/<subset>.txt`: a line each, but for empty ones and comments. */
export async function readVocList(root: string, { path }: SubsetSource): Promise<readonly ListedId[]> {
  // Through the folder's guard: the list itself may be a link out of the dataset.
  const inside = await fileWithin(root, join('ImageSets', 'Segmentation', basename(path)));
  const lines = (await readText(inside ?? path)).split('\n');
  return lines
    .map((line, index) => ({ id: line.trim(), line: index + 1 }))
    .filter(({ id }) => id !== '' && !id.startsWith('#'));
}
