import { join, posix } from 'node:path';
import type { Subset } from '../../contracts.js';
import type { ReadItem, ReadOptions } from '../dataset-format.js';
import { openImageFolder } from '../image-folder.js';
import type { LabelTable } from '../mask-files/label-table.js';
import { readMaskedImage, type MaskedImage } from '../mask-files/read-masked-image.js';
import { skipped } from '../skipped.js';
import type { SubsetSource } from '../used-subsets.js';
import { listStems } from './list-stems.js';

export interface SemanticSubset {
  readonly root: string;
  readonly folder: SubsetSource;
  readonly subset: Subset;
  readonly table: LabelTable;
  readonly options: MaskedImage['options'] & Pick<ReadOptions, 'imagePrefix' | 'maskPrefix'>;
  /** `<subset>/<id>` of the images so far; grows. */
  readonly keys: Set<string>;
}

/** The images and masks of a folder, paired by name without extension and prefix; sorted by that. */
export async function* readSemanticSubset(given: SemanticSubset): AsyncGenerator<ReadItem> {
  const { root, folder, subset, table, options, keys } = given;
  const { imagePrefix = '', maskPrefix = '' } = options;
  const [images, masks] = [join(folder.path, 'images'), join(folder.path, 'masks')];
  const findImage = openImageFolder(root, images, 'stem');
  const findMask = openImageFolder(root, masks, 'stem');
  const ids = new Set([
    ...(await listStems(root, images)).flatMap((name) => withoutPrefix(name, imagePrefix)),
    ...(await listStems(root, masks)).flatMap((name) => withoutPrefix(name, maskPrefix)),
  ]);
  for (const id of [...ids].sort()) {
    const item = `${folder.subsetName}: ${id}`;
    if (keys.has(`${subset}/${id}`)) {
      yield skipped('image', 'duplicate image', item, 'a folder before it has the same image');
      continue;
    }
    keys.add(`${subset}/${id}`);
    yield* readMaskedImage({
      id,
      subset,
      item,
      image: await findImage(withPrefix(id, imagePrefix)),
      classMask: await findMask(withPrefix(id, maskPrefix)),
      objectMask: undefined,
      table,
      options,
    });
  }
}

function withoutPrefix(name: string, prefix: string): string[] {
  const { dir, base } = posix.parse(name);
  return base.startsWith(prefix) && base !== prefix ? [posix.join(dir, base.slice(prefix.length))] : [];
}

function withPrefix(id: string, prefix: string): string {
  const { dir, base } = posix.parse(id);
  return posix.join(dir, prefix + base);
}
