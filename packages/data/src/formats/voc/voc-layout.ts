import { readdir, stat } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { dataErrors } from '../../errors.js';
import type { SubsetSource } from '../used-subsets.js';

export interface VocLayout {
  /** The folder that holds `ImageSets`; nothing outside is opened. */
  readonly root: string;
  /** Lists of image ids, by name. */
  readonly lists: readonly SubsetSource[];
  readonly hasClassMasks: boolean;
  readonly hasObjectMasks: boolean;
}

/** How far below the given folder the dataset may lie, as in `VOCdevkit/VOC2012`. */
const DEPTH = 3;

/** Finds `ImageSets/Segmentation/<subset>.txt` in the folder or below it; `root` may also be one such list. Links are not followed. */
export async function findVoc(root: string): Promise<VocLayout | undefined> {
  const absolute = resolve(root);
  const stats = await stat(absolute).catch((cause: unknown) => {
    throw dataErrors.DATASET_FOLDER({ root: absolute }, { cause });
  });
  if (stats.isFile()) {
    const sets = dirname(absolute);
    const isList = absolute.endsWith('.txt') && basename(dirname(sets)) === 'ImageSets';
    return isList ? layoutAt(dirname(dirname(sets)), [basename(absolute)]) : undefined;
  }
  let level = [absolute];
  for (let depth = 0; depth <= DEPTH; depth++) {
    const next: string[] = [];
    for (const folder of level) {
      const names = await namesIn(join(folder, 'ImageSets', 'Segmentation'));
      const lists = names.filter((name) => /^[^.].*\.txt$/.test(name));
      if (lists.length > 0) return layoutAt(folder, lists);
      if (depth < DEPTH) next.push(...(await foldersIn(folder)));
    }
    level = next;
  }
  return undefined;
}

async function layoutAt(root: string, lists: readonly string[]): Promise<VocLayout> {
  const folder = join(root, 'ImageSets', 'Segmentation');
  return {
    root,
    lists: lists.map((name) => ({ subsetName: name.slice(0, -'.txt'.length), path: join(folder, name) })),
    hasClassMasks: (await namesIn(join(root, 'SegmentationClass'))).length > 0,
    hasObjectMasks: (await namesIn(join(root, 'SegmentationObject'))).length > 0,
  };
}

async function namesIn(folder: string): Promise<string[]> {
  return (await readdir(folder).catch(() => [])).sort();
}

async function foldersIn(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
  return entries
    .filter((entry) => entry.isDirectory() && !entry.name.startsWith('.'))
    .map(({ name }) => join(folder, name))
    .sort();
}
