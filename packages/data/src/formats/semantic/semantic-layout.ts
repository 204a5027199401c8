import { readdir, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { dataErrors } from '../../errors.js';
import type { SubsetSource } from '../used-subsets.js';

export interface SemanticLayout {
  /** Nothing outside this folder is opened. */
  readonly root: string;
  /** Folders with `dataset_meta.json`, `images` and `masks`. */
  readonly folders: readonly SubsetSource[];
}

/** Finds `dataset_meta.json`, `images/` and `masks/`: in the folder itself, as the subset "default", or in one folder a subset. */
export async function findSemantic(root: string): Promise<SemanticLayout> {
  const absolute = resolve(root);
  const entries = await readdir(absolute, { withFileTypes: true }).catch((cause: unknown) => {
    throw dataErrors.DATASET_FOLDER({ root: absolute }, { cause });
  });
  if (await holdsDataset(absolute)) return { root: absolute, folders: [{ subsetName: 'default', path: absolute }] };
  const names = entries.filter((entry) => entry.isDirectory()).map(({ name }) => name);
  const folders: SubsetSource[] = [];
  for (const subsetName of names.sort()) {
    const path = join(absolute, subsetName);
    if (await holdsDataset(path)) folders.push({ subsetName, path });
  }
  return { root: absolute, folders };
}

async function holdsDataset(folder: string): Promise<boolean> {
  const [meta, images, masks] = await Promise.all(
    ['dataset_meta.json', 'images', 'masks'].map((name) => stat(join(folder, name)).catch(() => undefined)),
  );
  return meta?.isFile() === true && images?.isDirectory() === true && masks?.isDirectory() === true;
}
