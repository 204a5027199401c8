import { join } from 'node:path';
import { coreErrors } from '../errors/core-errors.js';
import { codeOf, type FileStatus, type FileSystem } from '../files/file-system.js';
import { readTemporaryName } from '../files/write-file-atomic.js';
import { storeFailure } from './store-failure.js';

/** A file that holds a key's content, or a snapshot of the stage state of that key; whether it is intact is not known before it is read. */
export interface StoreEntry {
  readonly kind: 'content' | 'state';
  readonly key: string;
  readonly path: string;
  readonly bytes: number;
  /** When it was written or read last (to the hour), in milliseconds. */
  readonly usedAt: number;
}

/** What a writer that was killed has left; or what a living one is writing. */
export interface TemporaryFile {
  readonly path: string;
  readonly bytes: number;
  readonly writtenAt: number;
  /** The process that made it, on its own machine. */
  readonly pid: number;
}

export interface StoreListing {
  readonly entries: readonly StoreEntry[];
  readonly temporary: readonly TemporaryFile[];
}

/** Folder of stage states beside the content, one folder a state. */
export const statesFolder = (dir: string): string => join(dir, 'states');

/** Folder of the files that name the runs which use this store. */
export const rootsFolder = (dir: string): string => join(dir, 'roots');

const KEY = /^[0-9a-f]{64}$/;
const SHARD = /^[0-9a-f]{2}$/;
/** A numbered snapshot of a state. */
const SNAPSHOT = /^\d{12}\.state$/;

/** `<dir>/ab/cdef...` */
export function entryPath(dir: string, key: string): string {
  if (!KEY.test(key)) throw coreErrors.BAD_KEY({ key });
  return join(dir, key.slice(0, 2), key.slice(2));
}

/** All entries and temporary files, sorted by key; anything else in the folder is not the store's and left alone. */
export async function listStore(dir: string, files: FileSystem): Promise<StoreListing> {
  const entries: StoreEntry[] = [];
  const temporary: TemporaryFile[] = [];
  for (const shard of (await namesIn(dir, files)).filter((name) => SHARD.test(name))) {
    for (const { name, path, status } of await filesIn(join(dir, shard), files)) {
      const left = readTemporaryName(name);
      if (KEY.test(shard + name)) entries.push(entryOf('content', shard + name, path, status));
      else if (left !== undefined && KEY.test(shard + left.name)) temporary.push(temporaryFile(path, status, left.pid));
    }
  }
  for (const key of (await namesIn(statesFolder(dir), files)).filter((name) => KEY.test(name))) {
    for (const { name, path, status } of await filesIn(join(statesFolder(dir), key), files)) {
      const left = readTemporaryName(name);
      if (SNAPSHOT.test(name)) entries.push(entryOf('state', key, path, status));
      else if (left !== undefined && SNAPSHOT.test(left.name)) temporary.push(temporaryFile(path, status, left.pid));
    }
  }
  for (const { name, path, status } of await filesIn(rootsFolder(dir), files)) {
    const left = readTemporaryName(name);
    if (left !== undefined && KEY.test(left.name)) temporary.push(temporaryFile(path, status, left.pid));
  }
  return { entries, temporary };
}

const entryOf = (kind: StoreEntry['kind'], key: string, path: string, { size, mtimeMs }: FileStatus): StoreEntry => ({
  ...{ kind, key, path },
  bytes: size,
  usedAt: mtimeMs,
});

const temporaryFile = (path: string, { size, mtimeMs }: FileStatus, pid: number): TemporaryFile => ({
  path,
  bytes: size,
  writtenAt: mtimeMs,
  pid,
});

interface ListedFile {
  readonly name: string;
  readonly path: string;
  readonly status: FileStatus;
}

/** The files of a folder; what goes away meanwhile, or is no file, is left out. */
async function filesIn(folder: string, files: FileSystem): Promise<readonly ListedFile[]> {
  const listed = (await namesIn(folder, files)).map(async (name): Promise<ListedFile | undefined> => {
    const path = join(folder, name);
    try {
      const status = await files.stat(path);
      return status.isFile() ? { name, path, status } : undefined;
    } catch (error) {
      if (codeOf(error) === 'ENOENT') return undefined;
      throw storeFailure('list', path, error);
    }
  });
  return (await Promise.all(listed)).filter((file) => file !== undefined);
}

/** Names in a folder, sorted; none where there is no such folder. */
export async function namesIn(folder: string, files: FileSystem): Promise<readonly string[]> {
  try {
    return [...(await files.readdir(folder))].sort();
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return [];
    throw storeFailure('list', folder, error);
  }
}
