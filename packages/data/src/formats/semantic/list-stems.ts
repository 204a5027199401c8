import { readdir, realpath } from 'node:fs/promises';
import { join, sep } from 'node:path';
import { dataErrors } from '../../errors.js';
import { imageStem } from '../image-stem.js';

/** How deep image folders may be nested. */
const DEPTH = 10;

/** Names of the image files below a folder, relative and without extension, sorted. Linked folders are not entered. */
export async function listStems(root: string, folder: string): Promise<readonly string[]> {
  const real = await realpath(folder).catch(() => undefined);
  if (real === undefined) return [];
  if (!real.startsWith((await realpath(root)) + sep)) {
    throw dataErrors.FILE_UNREADABLE({ path: folder, reason: `it is a link out of the dataset ${root}` });
  }
  const stems = new Set<string>();
  const visit = async (directory: string, prefix: string, depth: number): Promise<void> => {
    for (const entry of await readdir(directory, { withFileTypes: true })) {
      const stem = imageStem(entry.name);
      if (entry.isDirectory()) {
        if (depth < DEPTH) await visit(join(directory, entry.name), `${prefix}${entry.name}/`, depth + 1);
      } else if (stem !== undefined && (entry.isFile() || entry.isSymbolicLink())) stems.add(prefix + stem);
    }
  };
  await visit(folder, '', 1);
  return [...stems].sort();
}
