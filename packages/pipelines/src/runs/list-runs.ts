import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { readRun, type RunRecord, type UnreadableRun } from './run-record.js';

export interface RunList {
  /** Newest first. */
  readonly runs: readonly RunRecord[];
  readonly unreadable: readonly UnreadableRun[];
}

/** The runs in a folder. One that isn't there holds none; what lies there beside runs is named with its problem. */
export async function listRuns(runsDir: string): Promise<RunList> {
  const runs: RunRecord[] = [];
  const unreadable: UnreadableRun[] = [];
  for (const name of await runNames(runsDir)) {
    const run = await readRun(path.join(runsDir, name));
    if ('problem' in run) unreadable.push(run);
    else runs.push(run);
  }
  const newest = (a: RunRecord, b: RunRecord): number =>
    compare(b.manifest.startedAt, a.manifest.startedAt) || compare(b.name, a.name);
  return { runs: runs.sort(newest), unreadable };
}

/** Names of the folders that may be runs, without a look inside. */
export async function runNames(runsDir: string): Promise<readonly string[]> {
  try {
    const entries = await readdir(path.resolve(runsDir), { withFileTypes: true });
    const folders = entries.filter((entry) => entry.isDirectory() || entry.isSymbolicLink());
    return folders.map(({ name }) => name).filter((name) => !name.startsWith('.'));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
