import { open, readdir, stat } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { dataErrors } from '../../errors.js';
import type { SubsetSource } from '../used-subsets.js';

export interface DatumaroLayout {
  /** Nothing outside this folder is opened. */
  readonly root: string;
  readonly files: readonly SubsetSource[];
}

/** Annotation files of COCO's tasks, which lie in a folder of the same name. */
const cocoFile = /^(instances|person_keypoints|captions|panoptic|stuff|labels|image_info)_/;

/** Finds `annotations/<subset>.json`; `root` may also be one such file. */
export async function findDatumaro(root: string): Promise<DatumaroLayout> {
  const absolute = resolve(root);
  const stats = await stat(absolute).catch((cause: unknown) => {
    throw dataErrors.DATASET_FOLDER({ root: absolute }, { cause });
  });
  const folder = stats.isFile() ? dirname(dirname(absolute)) : absolute;
  const annotations = join(folder, 'annotations');
  const names = stats.isFile() ? [basename(absolute)] : (await readdir(annotations).catch(() => [])).sort();
  const isHere = !stats.isFile() || dirname(absolute) === annotations;
  const files = names.filter((name) => isHere && /^[^.].*\.json$/.test(name) && !cocoFile.test(name));
  return {
    root: folder,
    files: files.map((name) => ({ subsetName: name.slice(0, -'.json'.length), path: join(annotations, name) })),
  };
}

/** Whether a file starts as Datumaro's do: with its version, or with categories by kind, which in COCO are a list. */
export async function startsLikeDatumaro(path: string): Promise<boolean> {
  const file = await open(path);
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(4096), 0, 4096, 0);
    return /^\ufeff?\s*\{[^]*"(dm_format_version"\s*:|categories"\s*:\s*\{|items"\s*:\s*\[|infos"\s*:\s*\{)/.test(
      buffer.toString('utf8', 0, bytesRead),
    );
  } finally {
    await file.close();
  }
}
