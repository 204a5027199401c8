import { createHash } from 'node:crypto';
import { join, resolve } from 'node:path';
import { codeOf, nodeFileSystem, type FileSystem } from '../files/file-system.js';
import { writeFileAtomic } from '../files/write-file-atomic.js';
import type { ContentStore } from '../services/content-store.js';
import type { Logger } from '../services/logger.js';
import type { StateStore } from '../services/state-store.js';
import { rootsFolder } from './list-entries.js';
import { storeFailure } from './store-failure.js';

/** Keeps what a run uses from being collected as garbage, for as long as the run's folder is there. */
export interface RunReferences {
  /** Resolves when the key is written down; nothing is written twice. */
  readonly add: (key: string) => Promise<void>;
}

export interface ReferenceOptions {
  readonly logger?: Logger;
  readonly files?: FileSystem;
}

/** In a run's folder: a key a line. */
export const KEYS_FILE = 'cache-keys.txt';

/** The file in the store that names a run's folder. */
export function rootPath(dir: string, runFolder: string): string {
  return join(rootsFolder(dir), createHash('sha256').update(runFolder).digest('hex'));
}

/** With the first key the run is made known to the store; a run that uses nothing leaves no trace. */
export function openRunReferences(
  dir: string,
  runFolder: string,
  { logger, files = nodeFileSystem }: ReferenceOptions = {},
): RunReferences {
  const folder = resolve(runFolder);
  const written = new Map<string, Promise<void>>();
  let registered: Promise<void> | undefined;
  let next: { keys: string[]; done: Promise<void> } | undefined;
  let before: Promise<void> = Promise.resolve();
  let tornLine = true;

  const append = async (keys: readonly string[]): Promise<void> => {
    registered ??= register(dir, folder, files, logger);
    await registered.catch((error: unknown) => {
      registered = undefined;
      throw error;
    });
    // A line that was cut off, in this process or one that was killed, must not swallow the next.
    const text = `${tornLine ? '\n' : ''}${keys.join('\n')}\n`;
    tornLine = true;
    await appendText(join(folder, KEYS_FILE), text, files);
    tornLine = false;
  };
  /** Keys that come while others are written wait, and are written together. */
  const nextBatch = (): NonNullable<typeof next> => {
    const keys: string[] = [];
    const done = before.then(() => {
      next = undefined;
      return append(keys);
    });
    before = done.catch(() => undefined);
    return (next = { keys, done });
  };
  return {
    add: (key) => {
      const known = written.get(key);
      if (known !== undefined) return known;
      next ??= nextBatch();
      next.keys.push(key);
      const done = next.done.catch((error: unknown) => {
        written.delete(key);
        throw error;
      });
      written.set(key, done);
      return done;
    },
  };
}

/** A store that writes down each key that a run asks for or writes, before it does so. */
export function withReferences(store: ContentStore, references: RunReferences): ContentStore {
  return {
    read: async (key) => {
      await references.add(key);
      return store.read(key);
    },
    has: async (key) => {
      await references.add(key);
      return store.has(key);
    },
    write: async (key, content) => {
      await references.add(key);
      await store.write(key, content);
    },
  };
}

/** A store of states that writes down the key of each state that a run opens. */
export function withStateReferences(store: StateStore, references: RunReferences): StateStore {
  return {
    open: async (dependencies) => {
      const state = await store.open(dependencies);
      await references.add(state.key);
      return state;
    },
  };
}

async function register(dir: string, folder: string, files: FileSystem, logger: Logger | undefined): Promise<void> {
  const path = rootPath(dir, folder);
  try {
    await writeFileAtomic(path, folder, files);
  } catch (error) {
    if (!['EACCES', 'EPERM', 'EROFS'].includes(codeOf(error))) throw storeFailure('write', path, error);
    logger?.warn('the content store cannot be written: whoever collects its garbage will not know of this run', {
      path,
      error: error instanceof Error ? error.message : String(error),
    });
  }
}

async function appendText(path: string, text: string, files: FileSystem): Promise<void> {
  try {
    const file = await files.open(path, 'a');
    try {
      await file.writeFile(text);
    } finally {
      await file.close();
    }
  } catch (error) {
    throw storeFailure('write', path, error);
  }
}
