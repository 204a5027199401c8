import { mkdir } from 'node:fs/promises';
import { dirname, join, resolve, sep } from 'node:path';
import { coreErrors } from '../errors/core-errors.js';
import type { RunFolder } from './run-folder.js';

/** Makes `<runsDir>/<name>-<YYYYMMDD-HHMMSS>` (local time); where that is taken, by another process too, `-2`, `-3` ... is added. */
export async function createRunFolder(runsDir: string, name: string, now: Date): Promise<RunFolder> {
  const base = `${name}-${timestamp(now)}`;
  await mkdir(runsDir, { recursive: true });
  for (let attempt = 1; ; attempt++) {
    const candidate = attempt === 1 ? base : `${base}-${String(attempt)}`;
    try {
      await mkdir(join(runsDir, candidate));
      return openRunFolder(join(runsDir, candidate), candidate);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
  }
}

/** A folder that exists already. */
export function openRunFolder(folder: string, name: string): RunFolder {
  const root = resolve(folder);
  return {
    name,
    root,
    path: async (...parts) => {
      const path = resolve(root, ...parts);
      if (!path.startsWith(root + sep)) throw coreErrors.OUTSIDE_RUN_FOLDER({ path, root });
      await mkdir(dirname(path), { recursive: true });
      return path;
    },
  };
}

function timestamp(time: Date): string {
  const two = (value: number): string => String(value).padStart(2, '0');
  const date = `${String(time.getFullYear())}${two(time.getMonth() + 1)}${two(time.getDate())}`;
  return `${date}-${two(time.getHours())}${two(time.getMinutes())}${two(time.getSeconds())}`;
}
