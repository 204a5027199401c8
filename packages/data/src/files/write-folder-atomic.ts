import { randomBytes } from 'node:crypto';
import { mkdir, readdir, rename, rm, rmdir } from 'node:fs/promises';
import { basename, dirname, join, resolve, sep } from 'node:path';
import { dataErrors } from '../errors.js';

/**
 * Writes a whole folder or nothing: all goes into a folder beside it, of a temporary name, which is renamed at the end. Refuses a folder that holds
 * anything, or that lies in `source`, which is read meanwhile. What a killed process left unfinished is removed.
 */
export async function writeFolderAtomic(
  target: string,
  source: string,
  write: (folder: string) => Promise<void>,
): Promise<void> {
  const absolute = resolve(target);
  if (`${absolute}${sep}`.startsWith(`${resolve(source)}${sep}`))
    throw dataErrors.DESTINATION({ folder: absolute, reason: 'lies in the dataset that is read' });
  await refuseFilled(absolute);
  await removeUnfinished(absolute);
  const temporary = temporaryBeside(absolute);
  try {
    await mkdir(temporary, { recursive: true });
    await write(temporary);
    await refuseFilled(absolute);
    await rmdir(absolute).catch(() => undefined);
    await rename(temporary, absolute);
  } finally {
    await rm(temporary, { recursive: true, force: true });
  }
}

async function refuseFilled(folder: string): Promise<void> {
  const names = await readdir(folder).catch((cause: unknown) => {
    const error = cause as NodeJS.ErrnoException;
    if (error.code === 'ENOENT') return [];
    throw dataErrors.DESTINATION({ folder, reason: error.code === 'ENOTDIR' ? 'is a file' : error.message });
  });
  if (names.length > 0) throw dataErrors.DESTINATION({ folder, reason: 'holds files already' });
}

/** A name for the unfinished folder; it tells which process makes it. */
export function temporaryBeside(target: string): string {
  const unique = `${String(process.pid)}-${randomBytes(6).toString('hex')}`;
  return join(dirname(target), `${basename(target)}.${unique}.tmp`);
}

/** Removes what processes that are gone have left unfinished. */
export async function removeUnfinished(target: string): Promise<void> {
  for (const name of await readdir(dirname(target)).catch(() => [])) {
    const rest = name.startsWith(`${basename(target)}.`) ? name.slice(basename(target).length + 1) : '';
    const pid = /^(\d+)-[0-9a-f]{12}\.tmp$/.exec(rest)?.[1];
    if (pid !== undefined && !isAlive(Number(pid)))
      await rm(join(dirname(target), name), { recursive: true, force: true });
  }
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
