import { basename, join } from 'node:path';
import type { Subset } from '../../contracts.js';
import { locateImage } from '../locate-image.js';
import type { ReadItem, ReadOptions } from '../dataset-format.js';
import { openImageFolder, type FoundImage } from '../image-folder.js';
import { skipped } from '../skipped.js';
import type { SubsetSource } from '../used-subsets.js';
import { readDatumaroItem, type DatumaroDocument } from './datumaro-document.js';
import { readDatumaroInstances } from './datumaro-instances.js';

export interface DatumaroSubset {
  readonly root: string;
  readonly file: SubsetSource;
  readonly subset: Subset;
  readonly document: DatumaroDocument;
  readonly options: ReadOptions;
  /** `<subset>/<id>` of the items so far; grows. */
  readonly keys: Set<string>;
}

/** The items of one annotation file in its order, each after its skipped annotations. */
export async function* readDatumaroSubset(given: DatumaroSubset): AsyncGenerator<ReadItem> {
  const { root, file, subset, document, options, keys } = given;
  const findInSubset = openImageFolder(root, join(root, 'images', file.subsetName));
  const findInImages = openImageFolder(root, join(root, 'images'));
  const findImage = async (name: string): Promise<FoundImage> => {
    const found = await findInSubset(name);
    if (!('reason' in found) || found.reason !== 'image file missing') return found;
    const other = await findInImages(name);
    return 'reason' in other && other.reason === 'image file missing' ? found : other;
  };
  const place = basename(file.path);

  for (const [index, value] of document.items.entries()) {
    const read = readDatumaroItem(value);
    if (typeof read === 'string') {
      yield skipped('image', 'invalid image record', `${place}: items[${index}]`, read);
      continue;
    }
    const { id, path, size, annotations } = read;
    const item = `${place}: item ${id}`;
    const key = `${subset}/${id}`;
    const isDouble = keys.has(key);
    keys.add(key);
    const image = isDouble
      ? ({ reason: 'duplicate image', detail: 'an item before it has the same id' } as const)
      : await locateImage(await findImage(path), size, options.sizes);
    if ('reason' in image) {
      yield skipped('image', image.reason, item, image.detail);
      if (annotations.length > 0) yield skipped('annotation', 'image skipped', item, image.reason, annotations.length);
      continue;
    }
    const { instances, faults } = readDatumaroInstances(annotations, document.labels, image, options);
    for (const { index: place, reason, detail } of faults) {
      yield skipped('annotation', reason, `${item}, annotations[${place}]`, detail);
    }
    if (instances.length === 0 && options.empty !== 'use') yield skipped('image', 'no usable instance', item);
    else yield { kind: 'sample', sample: { key, id, subset, image, instances } };
  }
}
