import { nodeFileSystem, type FileSystem } from '../files/file-system.js';
import { listStore, type StoreEntry, type TemporaryFile } from './list-entries.js';
import { readRoots } from './read-roots.js';

export interface StoreDescription {
  /** Most recently used first. */
  readonly entries: readonly (StoreEntry & { readonly runs: readonly string[] })[];
  /** Runs that are still there, and how much each keeps; what several keep counts for each. */
  readonly runs: readonly { readonly folder: string; readonly entries: number; readonly bytes: number }[];
  /** Being written, or left by a writer that was killed. */
  readonly temporary: readonly TemporaryFile[];
}

/** What a store holds, and which runs keep it. Nothing is read but names, sizes and times. */
export async function describeStore(dir: string, files: FileSystem = nodeFileSystem): Promise<StoreDescription> {
  const { entries, temporary } = await listStore(dir, files);
  const { runs } = await readRoots(dir, files);
  const newestFirst = [...entries].sort((a, b) => b.usedAt - a.usedAt || (a.key < b.key ? -1 : 1));
  const described = newestFirst.map((entry) => ({ ...entry, runs: [] as string[] }));
  const keptBy = runs.map(({ folder, keys }) => {
    const held = described.filter(({ key }) => keys.has(key));
    for (const entry of held) entry.runs.push(folder);
    return { folder, entries: held.length, bytes: held.reduce((sum, { bytes }) => sum + bytes, 0) };
  });
  return { entries: described, runs: keptBy, temporary };
}
