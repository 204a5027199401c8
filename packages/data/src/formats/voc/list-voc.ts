import { join } from 'node:path';
import { openImageFolder } from '../image-folder.js';
import type { ListedImage } from '../listed-image.js';
import type { LabelTable } from '../mask-files/label-table.js';
import { distinctNumbers } from '../mask-files/distinct-numbers.js';
import type { SubsetSource } from '../used-subsets.js';
import { readVocList } from './voc-list.js';
import { readVocObjects } from './voc-objects.js';

/** The images of a list: with a mask for each object, or where there is no object mask for each class, and where asked for with their boxes. */
export async function* listVocImages(
  root: string,
  list: SubsetSource,
  table: LabelTable,
  withBoxes: boolean,
): AsyncGenerator<ListedImage> {
  const findClassMask = openImageFolder(root, join(root, 'SegmentationClass'));
  const findObjectMask = openImageFolder(root, join(root, 'SegmentationObject'));
  const findBoxes = openImageFolder(root, join(root, 'Annotations'));
  for (const id of new Set((await readVocList(root, list)).map((line) => line.id))) {
    const objectMask = await findObjectMask(`${id}.png`);
    const numbers =
      'path' in objectMask
        ? [...(await distinctNumbers(objectMask))].filter((number) => number !== 0)
        : [...(await distinctNumbers(await findClassMask(`${id}.png`)))];
    const file = withBoxes ? await findBoxes(`${id}.xml`) : undefined;
    const boxes = file && 'path' in file ? await readVocObjects(file.path, table) : [];
    const annotations = numbers.length + boxes.filter(({ reason }) => reason === 'box without mask').length;
    yield { subset: list.subsetName, id, annotations };
  }
}
