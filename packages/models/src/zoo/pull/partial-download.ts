import { randomBytes } from 'node:crypto';
import { hostname } from 'node:os';
import { mkdir, open, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { codeOf, processMark, processState, writeFileAtomic, type ProcessMark } from '@sluice/core';

/** What a server said of the file that a partial download is a part of. */
export interface Origin {
  readonly url: string;
  /** `ETag` or `Last-Modified`, for `If-Range`. */
  readonly validator: string;
}

/**
 * What has come of a download: a folder beside the file that is to be, which belongs to one process at a time. Taking it over is renaming
 * it, which only one of several processes can do.
 */
export interface PartialDownload {
  /** The bytes so far. */
  readonly path: string;
  readonly size: () => Promise<number>;
  readonly origin: () => Promise<Origin | undefined>;
  readonly setOrigin: (origin: Origin | undefined) => Promise<void>;
  /** Puts the bytes under the file's name, durably. */
  readonly finish: () => Promise<void>;
  /** Leaves what has come to whoever goes on. */
  readonly leave: () => Promise<void>;
  readonly discard: () => Promise<void>;
}

/** Takes over the largest part that nobody is at, or begins a new one. Makes the folder. */
export async function claimPartial(target: string): Promise<PartialDownload> {
  await mkdir(dirname(target), { recursive: true });
  const own = `${target}.partial-${String(process.pid)}-${randomBytes(6).toString('hex')}`;
  if (!(await takeOver(target, own))) await mkdir(own);
  await writeFileAtomic(join(own, 'process.json'), JSON.stringify(processMark()));
  const path = join(own, 'data');
  const described = join(own, 'origin.json');
  return {
    path,
    size: () => sizeOf(path),
    origin: () => readJson<Origin>(described),
    setOrigin: (origin) =>
      origin === undefined ? rm(described, { force: true }) : writeFileAtomic(described, JSON.stringify(origin)),
    finish: async () => {
      await sync(path);
      await rename(path, target);
      if (process.platform !== 'win32') await sync(dirname(target));
      await rm(own, { recursive: true, force: true });
    },
    leave: async () => {
      const size = await sizeOf(path);
      const idle = `${target}.partial`;
      // Of two parts the larger is kept.
      if (size > (await sizeOf(join(idle, 'data')))) {
        await rm(idle, { recursive: true, force: true });
        if (await renamed(own, idle)) return;
      }
      await rm(own, { recursive: true, force: true });
    },
    discard: async () => {
      await rm(path, { force: true });
      await rm(described, { force: true });
    },
  };
}

async function takeOver(target: string, own: string): Promise<boolean> {
  const prefix = `${basename(target)}.partial`;
  const names = (await readdir(dirname(target))).filter((name) => name === prefix || name.startsWith(`${prefix}-`));
  const parts = await Promise.all(
    names.map(async (name) => {
      const folder = join(dirname(target), name);
      return {
        folder,
        free: await isFree(folder, name.slice(prefix.length)),
        size: await sizeOf(join(folder, 'data')),
      };
    }),
  );
  const free = parts.filter((part) => part.free).sort((a, b) => b.size - a.size);
  for (const { folder } of free) if (await renamed(folder, own)) return true;
  return false;
}

/** Nobody's, or that of a process that has gone. The name says whose it is before the mark in it does. */
async function isFree(folder: string, suffix: string): Promise<boolean> {
  if (suffix === '') return true;
  const pid = Number(/^-(\d+)-[0-9a-f]{12}$/.exec(suffix)?.[1] ?? NaN);
  if (Number.isNaN(pid)) return false;
  const mark = await readJson<ProcessMark>(join(folder, 'process.json'));
  return processState(mark?.pid === pid ? mark : { pid, host: hostname() }) === 'gone';
}

/** Whether it was there to be renamed, and nothing stood in its way. */
const renamed = (from: string, to: string): Promise<boolean> =>
  rename(from, to).then(
    () => true,
    (error: unknown) => {
      if (['ENOENT', 'ENOTEMPTY', 'EEXIST', 'EPERM'].includes(codeOf(error))) return false;
      throw error;
    },
  );

const sizeOf = (path: string): Promise<number> =>
  stat(path).then(
    ({ size }) => size,
    () => 0,
  );

/** Nothing where the file is missing or was cut off. */
async function readJson<T>(path: string): Promise<T | undefined> {
  try {
    return JSON.parse(await readFile(path, 'utf8')) as T;
  } catch {
    return undefined;
  }
}

async function sync(path: string): Promise<void> {
  const handle = await open(path, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
