import { codeOf, nodeFileSystem, type FileSystem } from '../files/file-system.js';
import { temporaryName } from '../files/write-file-atomic.js';
import { chooseGarbage, type GarbageLimits } from './choose-garbage.js';
import { listStore, type StoreEntry, type TemporaryFile } from './list-entries.js';
import { readRoots, type StoreRoots } from './read-roots.js';
import { removeFile } from './remove-file.js';
import { storeFailure } from './store-failure.js';

export interface GarbageOptions extends GarbageLimits {
  /** Says what would go, and changes nothing. */
  readonly dryRun?: boolean;
  /** Milliseconds since 1970. */
  readonly now: number;
  /** @default that of Node */
  readonly files?: FileSystem;
}

export interface GarbageReport {
  /** Least recently used first. */
  readonly removed: readonly StoreEntry[];
  readonly kept: readonly StoreEntry[];
  /** Those of `kept` that runs refer to. */
  readonly referenced: readonly StoreEntry[];
  /** Temporary files of writers that were killed. */
  readonly leftovers: readonly TemporaryFile[];
  /** Folders of runs that are gone, whose entries are free again. */
  readonly goneRuns: readonly string[];
}

/** A writer that has touched its file so recently may be alive, on whatever machine. */
const LEFT_OVER_MS = 3_600_000;
/** After this long its process number says nothing any more: another process has got it. */
const SURELY_LEFT_OVER_MS = 24 * LEFT_OVER_MS;

/**
 * Removes what was not used for longest, and what killed writers have left. What a run refers to stays as long as its folder is there. Others may read
 * and write meanwhile: at worst they find an entry missing.
 */
export async function collectGarbage(dir: string, options: GarbageOptions): Promise<GarbageReport> {
  const { dryRun = false, now, files = nodeFileSystem } = options;
  // In this order: what is written from here on is not in the list, and what is referred to from here on is seen before anything goes.
  const { entries, temporary } = await listStore(dir, files);
  const roots = await readRoots(dir, files);
  const chosen = chooseGarbage(entries, keysOf(roots), options, now);
  const removed = dryRun ? chosen : await removeUnreferenced(dir, chosen, files);
  const leftovers = temporary.filter((file) => isLeftOver(file, now));
  if (!dryRun) for (const { path } of leftovers) await removeFile(path, files);
  if (!dryRun) for (const { root } of roots.gone) await removeFile(root, files);
  const gone = new Set(removed);
  const kept = entries.filter((entry) => !gone.has(entry));
  const referenced = keysOf(roots);
  return {
    removed,
    kept,
    referenced: kept.filter(({ key }) => referenced.has(key)),
    leftovers,
    goneRuns: roots.gone.map(({ folder }) => folder),
  };
}

/**
 * A run writes a key down before it reads the entry. So entries are put aside first, and those that a run has come to refer to are put back:
 * whichever run has still found its entry has been seen here to refer to it. What a crash leaves aside is a leftover like any other.
 */
async function removeUnreferenced(
  dir: string,
  entries: readonly StoreEntry[],
  files: FileSystem,
): Promise<readonly StoreEntry[]> {
  if (entries.length === 0) return [];
  const aside: { readonly entry: StoreEntry; readonly path: string }[] = [];
  const putBack = async (keep: (entry: StoreEntry) => boolean): Promise<void> => {
    for (const { entry, path } of aside) if (keep(entry)) await move(path, entry.path, files);
  };
  try {
    for (const entry of entries) {
      const path = temporaryName(entry.path);
      if (await move(entry.path, path, files)) aside.push({ entry, path });
    }
    const referenced = keysOf(await readRoots(dir, files));
    await putBack(({ key }) => referenced.has(key));
    const garbage = aside.filter(({ entry }) => !referenced.has(entry.key));
    for (const { path } of garbage) await removeFile(path, files);
    return garbage.map(({ entry }) => entry);
  } catch (error) {
    await putBack(() => true).catch(() => undefined);
    throw error;
  }
}

const keysOf = ({ runs }: StoreRoots): ReadonlySet<string> => new Set(runs.flatMap(({ keys }) => [...keys]));

function isLeftOver({ writtenAt, pid }: TemporaryFile, now: number): boolean {
  const age = now - writtenAt;
  return age > SURELY_LEFT_OVER_MS || (age > LEFT_OVER_MS && !isAlive(pid));
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return codeOf(error) === 'EPERM';
  }
}

/** False where it was gone already. */
async function move(from: string, to: string, files: FileSystem): Promise<boolean> {
  try {
    await files.rename(from, to);
    return true;
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return false;
    throw storeFailure('remove', from, error);
  }
}
