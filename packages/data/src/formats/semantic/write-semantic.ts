import { writeFileAtomic } from '@sluice/core';
import { join } from 'node:path';
import type { DatasetWriter } from '../dataset-writer.js';
import { nameChecker } from '../image-name.js';
import { imageStem } from '../image-stem.js';
import { encodeClassMask } from '../mask-files/encode-masks.js';
import { labelCodes, withVoidName, type LabelCodes } from '../mask-files/label-codes.js';
import { mergedInstances } from '../mask-files/merged-instances.js';
import { paintInstances } from '../mask-files/paint-instances.js';

/**
 * Writes Common Semantic Segmentation: `images/`, `masks/` and, last, `dataset_meta.json`; in a folder for each subset, but for one subset alone that is
 * called "default".
 */
export const writeSemantic: DatasetWriter = async (root, { categories, background, subsets }, lose) => {
  const codes = labelCodes(categories, background);
  const entries = Object.entries(subsets);
  const isPlain = entries.length === 1 && entries[0]![0] === 'default';
  let hasVoid = false;
  for (const [subset, images] of entries) {
    const folder = isPlain ? root : join(root, subset);
    const checkName = nameChecker();
    for await (const image of images) {
      checkName(image.fileName);
      const item = `${subset}/${image.fileName}`;
      const id = imageStem(image.fileName);
      if (id === undefined) {
        lose?.({ reason: 'image name that the format has no place for', item });
        continue;
      }
      const painting = paintInstances(image, codes);
      hasVoid ||= painting.hasVoid;
      for (const reason of painting.losses) lose?.({ reason, item });
      for (let i = mergedInstances(image.instances); i > 0; i--) {
        lose?.({ reason: 'instance merged with others of its class', item });
      }
      await writeFileAtomic(join(folder, 'images', image.fileName), image.bytes);
      await writeFileAtomic(join(folder, 'masks', `${id}.png`), encodeClassMask(painting, codes));
    }
  }
  const meta = JSON.stringify(metaOf(hasVoid ? withVoidName(codes) : codes));
  for (const [subset] of entries)
    await writeFileAtomic(join(isPlain ? root : join(root, subset), 'dataset_meta.json'), meta);
};

function metaOf({ names, colours, background }: LabelCodes): object {
  return {
    label_map: Object.fromEntries(names.map((name, index) => [String(index), name])),
    segmentation_colors: colours.map((colour) => [colour >> 16, (colour >> 8) & 255, colour & 255]),
    background_label: String(background),
  };
}
