import { readFile, stat } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import type { Manifest } from './manifest.js';

/** The manifest of a run folder; nothing where the folder is none, or its manifest can't be read. */
export async function readManifest(folder: string): Promise<Manifest | undefined> {
  try {
    const manifest = JSON.parse(await readFile(join(folder, 'manifest.json'), 'utf8')) as Partial<Manifest>;
    const complete = typeof manifest.run === 'string' && typeof manifest.startedAt === 'string';
    return complete && manifest.pipeline !== undefined && manifest.process !== undefined
      ? (manifest as Manifest)
      : undefined;
  } catch {
    return undefined;
  }
}

/** A process cannot have begun later than the run that it does; clocks of files are coarse. */
const TOLERANCE_MILLISECONDS = 5000;

/** Whether the process is still there that does the run. One on another machine can't be seen from here and counts as gone. */
export async function isRunning({ status, process: owner, startedAt, resumed = [] }: Manifest): Promise<boolean> {
  if (status !== 'running' || owner.host !== hostname()) return false;
  try {
    process.kill(owner.pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EPERM') return false;
  }
  const since = Date.parse(resumed.at(-1)?.at ?? startedAt);
  const begun = await processBegan(owner.pid);
  return begun === undefined || begun <= since + TOLERANCE_MILLISECONDS;
}

/** When a process began, where the system says so: its number may be another process's by now. */
async function processBegan(pid: number): Promise<number | undefined> {
  return stat(`/proc/${String(pid)}`).then(
    ({ ctimeMs }) => ctimeMs,
    () => undefined,
  );
}
