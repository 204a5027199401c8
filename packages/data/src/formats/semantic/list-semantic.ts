import { join, posix } from 'node:path';
import { openImageFolder } from '../image-folder.js';
import type { ListedImage } from '../listed-image.js';
import { distinctNumbers } from '../mask-files/distinct-numbers.js';
import type { SubsetSource } from '../used-subsets.js';
import { listStems } from './list-stems.js';

/** The masks of a folder, with an annotation for each class. An id lacks folders, as in Datumaro; of masks of one name it takes any, here the first. */
export async function* listSemanticMasks(
  root: string,
  { path, subsetName: subset }: SubsetSource,
  maskPrefix: string,
): AsyncGenerator<ListedImage> {
  const masks = join(path, 'masks');
  const findMask = openImageFolder(root, masks, 'stem');
  const names = new Map<string, string>();
  for (const name of await listStems(root, masks)) {
    const base = posix.basename(name);
    const id = base.slice(maskPrefix.length);
    if (base.startsWith(maskPrefix) && !names.has(id)) names.set(id, name);
  }
  for (const [id, name] of names) yield { subset, id, annotations: (await distinctNumbers(await findMask(name))).size };
}
