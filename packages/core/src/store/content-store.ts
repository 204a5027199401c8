import { codeOf, nodeFileSystem, type FileSystem } from '../files/file-system.js';
import { writeFileAtomic } from '../files/write-file-atomic.js';
import type { ContentStore } from '../services/content-store.js';
import type { Logger } from '../services/logger.js';
import { decodeEntry, encodeEntry } from './entry-format.js';
import { entryPath } from './list-entries.js';
import { storeFailure } from './store-failure.js';

export interface StoreOptions {
  readonly logger?: Logger;
  /** @default that of Node */
  readonly files?: FileSystem;
  /** Milliseconds since 1970. @default `Date.now` */
  readonly now?: () => number;
}

/** An entry is marked as used at most this often, so that hits stay cheap. */
const MARK_MS = 3_600_000;

/** So far apart may the clocks of a file server and its clients be. */
const CLOCK_SKEW_MS = 60_000;

/**
 * Content by key in `<dir>/ab/cdef...`. Every entry is verified when it is read; a damaged one is removed, logged and then missing. Several
 * processes may read, write and collect garbage at once, without locks. An entry's modification time says when it was last used.
 */
export function openContentStore(dir: string, options: StoreOptions = {}): ContentStore {
  const { logger, files = nodeFileSystem, now = Date.now } = options;
  const read = async (key: string): Promise<Uint8Array<ArrayBuffer> | undefined> => {
    const path = entryPath(dir, key);
    const entry = await readEntry(path, files);
    if (entry === undefined) return undefined;
    const content = decodeEntry(key, entry);
    if (content === undefined) {
      const removed = await removeEntry(path, files);
      const message = removed ? 'removed a damaged entry of the content store' : 'a damaged entry cannot be removed';
      logger?.warn(message, { key, path, bytes: entry.length });
    } else await markUsed(path, now(), files);
    return content;
  };
  return {
    read,
    has: async (key) => (await read(key)) !== undefined,
    write: async (key, content) => {
      const path = entryPath(dir, key);
      try {
        await writeFileAtomic(path, encodeEntry(key, content), files);
      } catch (error) {
        throw storeFailure('write', path, error);
      }
    },
  };
}

/** The bytes of an entry's file; undefined where there is none. */
export async function readEntry(path: string, files: FileSystem): Promise<Buffer<ArrayBuffer> | undefined> {
  try {
    return await files.readFile(path);
  } catch (error) {
    if (['ENOENT', 'ENOTDIR'].includes(codeOf(error))) return undefined;
    throw storeFailure('read', path, error);
  }
}

/** False where the store can't be written: what is damaged is missing all the same, and the next write replaces it. */
async function removeEntry(path: string, files: FileSystem): Promise<boolean> {
  return files.rm(path, { force: true }).then(
    () => true,
    () => false,
  );
}

/** For the order in which garbage is collected. A store that can't be written, or a lost race, is no reason to refuse the content. */
async function markUsed(path: string, now: number, files: FileSystem): Promise<void> {
  try {
    const age = now - (await files.stat(path)).mtimeMs;
    // An entry of the future was used before the clock was set back.
    if (age >= MARK_MS || age < -CLOCK_SKEW_MS) await files.utimes(path, now / 1000, now / 1000);
  } catch {
    return;
  }
}
