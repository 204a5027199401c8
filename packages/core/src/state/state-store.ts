import { readdir, readFile, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { coreErrors } from '../errors/core-errors.js';
import { canonicalDigest } from '../files/canonical-digest.js';
import type { FileSystem } from '../files/file-system.js';
import { writeFileAtomic } from '../files/write-file-atomic.js';
import type { Logger } from '../services/logger.js';
import type { Snapshot, StageState, StateStore } from '../services/state-store.js';
import { readSnapshot, snapshotBytes } from './snapshot-file.js';

/** Snapshots that are kept: the last, and one to fall back on. */
const KEPT = 2;

/** A temporary file that is older was left by a process that ended while it wrote. */
const STALE_MILLISECONDS = 10 * 60_000;

const NAME = /^(\d{12})\.state$/;

export interface StateStoreOptions {
  /** Told of snapshots that can't be used. */
  readonly logger?: Logger;
  /** Writes them. @default the disk's */
  readonly files?: FileSystem;
}

/**
 * States in `<dir>/<digest of the dependencies>/<number>.state`. There is no lock: a number stands for the same content whoever writes
 * it, so processes that do the same work at once only write the same files.
 */
export function openStateStore(dir: string, options: StateStoreOptions = {}): StateStore {
  return {
    open: async (dependencies) => {
      const key = canonicalDigest(dependencies);
      const folder = join(dir, key);
      await removeStale(folder);
      return stageState(key, folder, options);
    },
  };
}

function stageState(key: string, folder: string, { logger, files }: StateStoreOptions): StageState {
  const pathOf = (number: number): string => join(folder, `${String(number).padStart(12, '0')}.state`);
  return {
    key,
    folder,
    read: async () => {
      const unusable: { readonly path: string; readonly problem: string }[] = [];
      let found: Snapshot | undefined;
      for (const number of await numbersIn(folder)) {
        const path = pathOf(number);
        const file = await ifThere(readFile(path));
        if (file === undefined) continue;
        const read = readSnapshot(number, file);
        if ('content' in read) {
          found = { number, path, content: read.content };
          break;
        }
        unusable.push({ path, problem: read.problem });
        if (!read.newer) await rm(path, { force: true });
      }
      const instead = found === undefined ? 'nothing: the work starts over' : found.path;
      for (const { path, problem } of unusable) {
        logger?.warn(`${path} can't be used: ${problem}. Used instead: ${instead}`);
      }
      return found;
    },
    write: async (number, content) => {
      const path = pathOf(number);
      await writeFileAtomic(path, Buffer.concat(snapshotBytes(number, content)), files).catch((cause: unknown) => {
        throw coreErrors.STATE_NOT_WRITTEN({ path }, { cause });
      });
      // Higher numbers are of a process that does the same and is ahead, or of a newer release.
      const older = (await numbersIn(folder)).filter((other) => other <= number).slice(KEPT);
      await Promise.all(older.map((other) => rm(pathOf(other), { force: true })));
      return path;
    },
  };
}

/** Highest first. */
async function numbersIn(folder: string): Promise<readonly number[]> {
  const numbers = ((await ifThere(readdir(folder))) ?? []).flatMap((name) => {
    const [, digits] = NAME.exec(name) ?? [];
    return digits === undefined ? [] : [Number(digits)];
  });
  return numbers.sort((a, b) => b - a);
}

async function removeStale(folder: string): Promise<void> {
  const names = ((await ifThere(readdir(folder))) ?? []).filter((name) => name.endsWith('.tmp'));
  for (const path of names.map((name) => join(folder, name))) {
    const written = (await ifThere(stat(path)))?.mtimeMs ?? Infinity;
    if (Date.now() - written > STALE_MILLISECONDS) await rm(path, { force: true });
  }
}

async function ifThere<T>(result: Promise<T>): Promise<T | undefined> {
  try {
    return await result;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
