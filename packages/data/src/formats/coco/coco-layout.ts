import { readdir, stat } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { dataErrors } from '../../errors.js';

/** An annotation file, the dataset's name for its subset, and where its images may lie (the first that exists counts). */
export interface CocoFile {
  readonly path: string;
  readonly subsetName: string;
  readonly imageFolders: readonly string[];
}

export interface CocoLayout {
  /** Nothing outside this folder is opened. */
  readonly root: string;
  readonly files: readonly CocoFile[];
}

/**
 * Finds annotation files:
 * - `annotations/instances_<subset>.json` with `images/<subset>/`, `images/`, or (mmdetection) `<subset>/`
 * - `<subset>/_annotations.coco.json` beside the images (Roboflow)
 * `root` may also be one `instances_<subset>.json` itself.
 */
export async function findCocoFiles(root: string): Promise<CocoLayout> {
  const absolute = resolve(root);
  const entries = await readdir(absolute, { withFileTypes: true }).catch(async (cause: unknown) => {
    if (await isFile(absolute)) return undefined;
    throw dataErrors.DATASET_FOLDER({ root: absolute }, { cause });
  });
  if (!entries) {
    const subsetName = instancesSubset(basename(absolute));
    const parent = dirname(dirname(absolute));
    return subsetName === undefined
      ? { root: parent, files: [] }
      : { root: parent, files: [instancesFile(parent, absolute, subsetName)] };
  }
  const annotations = join(absolute, 'annotations');
  const instances = (await readdir(annotations).catch(() => [])).sort().flatMap((name) => {
    const subsetName = instancesSubset(name);
    return subsetName === undefined ? [] : [instancesFile(absolute, join(annotations, name), subsetName)];
  });
  if (instances.length > 0) return { root: absolute, files: instances };
  const folders = entries.filter((entry) => entry.isDirectory()).map(({ name }) => name);
  const roboflow = await Promise.all(folders.sort().map((name) => roboflowFile(join(absolute, name), name)));
  return { root: absolute, files: roboflow.flat() };
}

function instancesSubset(name: string): string | undefined {
  return /^instances_(.+)\.json$/.exec(name)?.[1];
}

function instancesFile(root: string, path: string, subsetName: string): CocoFile {
  return {
    path,
    subsetName,
    imageFolders: [join(root, 'images', subsetName), join(root, 'images'), join(root, subsetName)],
  };
}

async function roboflowFile(folder: string, subsetName: string): Promise<CocoFile[]> {
  const path = join(folder, '_annotations.coco.json');
  return (await isFile(path)) ? [{ path, subsetName, imageFolders: [folder] }] : [];
}

async function isFile(path: string): Promise<boolean> {
  return stat(path).then(
    (stats) => stats.isFile(),
    () => false,
  );
}

/** The folder that an annotation file's names are relative to. */
export async function firstImageFolder({ path, imageFolders }: CocoFile): Promise<string> {
  for (const folder of imageFolders) {
    const stats = await stat(folder).catch(() => undefined);
    if (stats?.isDirectory() === true) return folder;
  }
  throw dataErrors.IMAGE_FOLDER({ path, folders: imageFolders });
}
