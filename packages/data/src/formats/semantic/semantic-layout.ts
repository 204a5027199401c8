import { readdir, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { dataErrors } from '../../errors.js';
import type { SubsetSource } from '../used-subsets.js';

export interface SemanticLayout {
  /** Nothing outside this folder is opened. */
  readonly root: string;
  /** Folders with `dataset_meta.json`, and `images` or `masks`. */
  readonly folders: readonly SemanticFolder[];
}

export interface SemanticFolder extends SubsetSource {
  /** Whether it has both images and masks. */
  readonly isWhole: boolean;
}

/** Finds `dataset_meta.json` with `images/` and `masks/`, or one of them: in the folder itself, as the subset "default", or in one folder a subset. */
export async function findSemantic(root: string): Promise<SemanticLayout> {
  const absolute = resolve(root);
  const entries = await readdir(absolute, { withFileTypes: true }).catch((cause: unknown) => {
    throw dataErrors.DATASET_FOLDER({ root: absolute }, { cause });
  });
  const here = await datasetIn(absolute);
  if (here) return { root: absolute, folders: [{ subsetName: 'default', path: absolute, ...here }] };
  const names = entries.filter((entry) => entry.isDirectory()).map(({ name }) => name);
  const folders: SemanticFolder[] = [];
  for (const subsetName of names.sort()) {
    const path = join(absolute, subsetName);
    const there = await datasetIn(path);
    if (there) folders.push({ subsetName, path, ...there });
  }
  return { root: absolute, folders };
}

async function datasetIn(folder: string): Promise<{ readonly isWhole: boolean } | undefined> {
  const [meta, images, masks] = await Promise.all(
    ['dataset_meta.json', 'images', 'masks'].map((name) => stat(join(folder, name)).catch(() => undefined)),
  );
  if (meta?.isFile() !== true) return undefined;
  const [hasImages, hasMasks] = [images?.isDirectory() === true, masks?.isDirectory() === true];
  return hasImages || hasMasks ? { isWhole: hasImages && hasMasks } : undefined;
}
