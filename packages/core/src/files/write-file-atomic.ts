import { randomBytes } from 'node:crypto';
import { dirname } from 'node:path';
import { nodeFileSystem, type FileSystem } from './file-system.js';

/**
 * Writes a whole file, given in pieces where it is too large for one array, or nothing: temporary name beside it, fsync, rename, fsync of the folder. Makes the folder. After a crash at
 * any moment the path holds the old content or the new, and several writers leave one of their contents.
 */
export async function writeFileAtomic(
  path: string,
  content: Uint8Array | string | readonly Uint8Array[],
  files: FileSystem = nodeFileSystem,
): Promise<void> {
  const folder = dirname(path);
  const made = await files.mkdir(folder, { recursive: true });
  const temporary = temporaryName(path);
  try {
    const file = await files.open(temporary, 'wx');
    try {
      for (const piece of isWhole(content) ? [content] : content) await file.writeFile(piece);
      await file.sync();
    } finally {
      await file.close();
    }
    await files.rename(temporary, path);
  } catch (error) {
    // What went wrong first is what the caller must hear of.
    await files.rm(temporary, { force: true }).catch(() => undefined);
    throw error;
  }
  await syncFolder(folder, files);
  if (made !== undefined) await syncFoldersAbove(folder, dirname(made), files);
}

const isWhole = (content: Uint8Array | string | readonly Uint8Array[]): content is Uint8Array | string =>
  typeof content === 'string' || content instanceof Uint8Array;

/** A name beside `path` that no other writer takes, and that tells which process writes: after a crash it can be seen to be left over. */
export function temporaryName(path: string): string {
  return `${path}.${String(process.pid)}-${randomBytes(6).toString('hex')}.tmp`;
}

/** What a temporary name was made of; undefined for any other name. */
export function readTemporaryName(name: string): { readonly name: string; readonly pid: number } | undefined {
  const [, final, pid] = /^(.+)\.(\d+)-[0-9a-f]{12}\.tmp$/.exec(name) ?? [];
  return final === undefined ? undefined : { name: final, pid: Number(pid) };
}

/** A folder that was just made is durable when the folder that it lies in is synced, too. */
async function syncFoldersAbove(folder: string, last: string, files: FileSystem): Promise<void> {
  for (let above = dirname(folder); above.length >= last.length; above = dirname(above)) {
    await syncFolder(above, files);
    if (above === last) return;
  }
}

/** Makes the rename itself durable; platforms that cannot open a folder (Windows) go without. */
async function syncFolder(folder: string, files: FileSystem): Promise<void> {
  if (process.platform === 'win32') return;
  const handle = await files.open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
