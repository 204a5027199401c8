import { mkdtemp, rm, stat, statfs } from 'node:fs/promises';
import path from 'node:path';
import type { Check, DoctorContext, Finding } from '../check.js';

/** Whether a folder can be written, or made where it isn't yet, and how much room it has. */
export const folderCheck = (name: string, folderOf: (context: DoctorContext) => string): Check => ({
  name,
  run: async (context) => {
    const folder = path.resolve(context.cwd, folderOf(context));
    const option = name === 'cache folder' ? '--cache-dir' : '--runs-dir';
    const place = await nearestFolder(folder);
    if (!place.isFolder) {
      return {
        state: 'failed',
        found: `${place.path} is a file`,
        advice: `remove it, or choose another with ${option}`,
      };
    }
    try {
      await rm(await mkdtemp(path.join(place.path, '.sluice-doctor-')), { recursive: true });
    } catch (error) {
      const { code = String(error) } = error as NodeJS.ErrnoException;
      const found = `${place.path} can't be written (${code})`;
      return { state: 'failed', found, advice: `change its permissions, or choose another with ${option}` };
    }
    const { bavail, bsize } = await statfs(place.path);
    return spaceFinding(folder, place.path === folder, bavail * bsize, option);
  },
});

const [needed, enough] = [100 * 2 ** 20, 2 * 2 ** 30];

export function spaceFinding(folder: string, exists: boolean, bytes: number, option: string): Finding {
  const found = `${folder}${exists ? '' : ' (not there yet)'}, ${(bytes / 2 ** 30).toFixed(1)} GiB free`;
  if (bytes >= enough) return { state: 'ok', found };
  const advice = `free some space, or choose another disk with ${option}`;
  return { state: bytes < needed ? 'failed' : 'warning', found, advice };
}

/** The folder itself, else the nearest above it that is there. */
async function nearestFolder(folder: string): Promise<{ readonly path: string; readonly isFolder: boolean }> {
  for (let current = folder; ; current = path.dirname(current)) {
    const found = await stat(current).catch((error: unknown) => {
      if (['ENOENT', 'ENOTDIR'].includes((error as NodeJS.ErrnoException).code ?? '')) return undefined;
      throw error;
    });
    if (found !== undefined) return { path: current, isFolder: found.isDirectory() };
    if (path.dirname(current) === current) return { path: current, isFolder: false };
  }
}
