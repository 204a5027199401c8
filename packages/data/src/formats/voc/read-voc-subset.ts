import { basename, join } from 'node:path';
import type { Subset } from '../../contracts.js';
import type { ReadItem } from '../dataset-format.js';
import { openImageFolder } from '../image-folder.js';
import type { LabelTable } from '../mask-files/label-table.js';
import { readMaskedImage, type MaskedImage } from '../mask-files/read-masked-image.js';
import { skipped } from '../skipped.js';
import type { SubsetSource } from '../used-subsets.js';
import { readVocList } from './voc-list.js';
import { readVocObjects } from './voc-objects.js';

export interface VocSubset {
  readonly root: string;
  readonly list: SubsetSource;
  readonly subset: Subset;
  readonly table: LabelTable;
  readonly options: MaskedImage['options'];
  /** Whether the boxes in `Annotations` are read, too. */
  readonly withBoxes: boolean;
  /** `<subset>/<id>` of the images so far; grows. */
  readonly keys: Set<string>;
}

/** The images of one list in its order, each after its skipped annotations. */
export async function* readVocSubset(given: VocSubset): AsyncGenerator<ReadItem> {
  const { root, list, subset, table, options, withBoxes, keys } = given;
  const findImage = openImageFolder(root, join(root, 'JPEGImages'), 'stem');
  const findClassMask = openImageFolder(root, join(root, 'SegmentationClass'));
  const findObjectMask = openImageFolder(root, join(root, 'SegmentationObject'));
  const findBoxes = openImageFolder(root, join(root, 'Annotations'));
  const place = basename(list.path);
  for (const { id, line } of await readVocList(root, list)) {
    const item = `${place}:${line} (${id})`;
    if (keys.has(`${subset}/${id}`)) {
      yield skipped('image', 'duplicate image', item, 'a line before it has the same id');
      continue;
    }
    keys.add(`${subset}/${id}`);
    const boxes = withBoxes ? await findBoxes(`${id}.xml`) : undefined;
    if (boxes && 'path' in boxes) {
      for (const { reason, detail } of await readVocObjects(boxes.path, table)) {
        yield skipped('annotation', reason, item, detail);
      }
    }
    yield* readMaskedImage({
      id,
      subset,
      item,
      image: await findImage(id),
      classMask: await findClassMask(`${id}.png`),
      objectMask: options.instances === 'objects' ? await findObjectMask(`${id}.png`) : undefined,
      table,
      options,
    });
  }
}
