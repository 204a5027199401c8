import { isAbsolute, join } from 'node:path';
import { coreErrors } from '../errors/core-errors.js';
import { codeOf, type FileSystem } from '../files/file-system.js';
import { namesIn, rootsFolder } from './list-entries.js';
import { KEYS_FILE, rootPath } from './run-references.js';

/** A run folder that keeps entries. */
export interface KeptRun {
  readonly folder: string;
  readonly keys: ReadonlySet<string>;
}

export interface StoreRoots {
  readonly runs: readonly KeptRun[];
  /** Root files of runs whose folder is gone. */
  readonly gone: readonly { readonly root: string; readonly folder: string }[];
}

/** What the runs that are still there refer to. A run that can't be read is an error: what it refers to must not be taken for unused. */
export async function readRoots(dir: string, files: FileSystem): Promise<StoreRoots> {
  const runs: KeptRun[] = [];
  const gone: { root: string; folder: string }[] = [];
  for (const name of await namesIn(rootsFolder(dir), files)) {
    const root = join(rootsFolder(dir), name);
    if (!/^[0-9a-f]{64}$/.test(name)) continue;
    const folder = await readIfThere(root, root, files);
    if (folder === undefined) continue;
    if (!isAbsolute(folder) || rootPath(dir, folder) !== root)
      throw coreErrors.ROOT_UNREADABLE({ root, reason: 'it is damaged' });
    if (await isFolder(root, folder, files)) runs.push({ folder, keys: await keysOf(root, folder, files) });
    else gone.push({ root, folder });
  }
  return { runs, gone };
}

/** The keys that a run has written down, and whatever looks like one in its manifest. */
async function keysOf(root: string, folder: string, files: FileSystem): Promise<ReadonlySet<string>> {
  const keys = (await readIfThere(root, join(folder, KEYS_FILE), files)) ?? '';
  const manifest = (await readIfThere(root, join(folder, 'manifest.json'), files)) ?? '';
  return new Set([
    ...keys.split('\n').filter((line) => /^[0-9a-f]{64}$/.test(line)),
    ...(manifest.match(/(?<![0-9a-f])[0-9a-f]{64}(?![0-9a-f])/g) ?? []),
  ]);
}

async function isFolder(root: string, folder: string, files: FileSystem): Promise<boolean> {
  try {
    return (await files.stat(folder)).isDirectory();
  } catch (error) {
    if (isMissing(error)) return false;
    throw unreadable(root, error);
  }
}

async function readIfThere(root: string, path: string, files: FileSystem): Promise<string | undefined> {
  try {
    return (await files.readFile(path)).toString('utf8');
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw unreadable(root, error);
  }
}

const isMissing = (error: unknown): boolean => ['ENOENT', 'ENOTDIR'].includes(codeOf(error));

const unreadable = (root: string, cause: unknown): Error =>
  coreErrors.ROOT_UNREADABLE({ root, reason: cause instanceof Error ? cause.message : String(cause) }, { cause });
