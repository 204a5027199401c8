import { join } from 'node:path';
import { dataErrors } from '../errors.js';
import { openImageFolder } from './image-folder.js';

/** The path of a file in the dataset, or an error if it leads out; undefined if there is none. */
export async function fileWithin(root: string, name: string): Promise<string | undefined> {
  const found = await openImageFolder(root, root)(name);
  if (!('reason' in found)) return found.path;
  if (found.reason === 'image file missing') return undefined;
  throw dataErrors.FILE_UNREADABLE({ path: join(root, name), reason: found.detail ?? found.reason });
}
