import { writeFileAtomic } from '@sluice/core';
import { join } from 'node:path';
import type { Instance, MaskSource } from '../../contracts.js';
import { dataErrors } from '../../errors.js';
import { maskArea, tightBox } from '../../masks/bit-mask.js';
import { rasterize } from '../../masks/rasterize.js';
import { encodeRleString } from '../../masks/rle-string.js';
import type { DatasetWriter } from '../dataset-writer.js';
import { nameChecker } from '../image-name.js';

/**
 * Writes a dataset as COCO instances: `images/<subset>/<fileName>` and `annotations/instances_<subset>.json`, the latter last, each atomically.
 * Polygons stay polygons, RLE masks become compressed RLE. Categories are numbered from 1, in the order given.
 */
export const writeCoco: DatasetWriter = async (root, { categories, subsets }, lose) => {
  for (const [subset, images] of Object.entries(subsets)) {
    const imageRecords: object[] = [];
    const annotations: object[] = [];
    const checkName = nameChecker();
    for await (const image of images) {
      const { fileName, width, height } = image;
      checkName(fileName);
      await writeFileAtomic(join(root, 'images', subset, fileName), image.bytes);
      const imageId = imageRecords.length + 1;
      imageRecords.push({ id: imageId, file_name: fileName, width, height });
      for (const instance of image.instances) {
        if (instance.kind === 'void') lose?.({ reason: 'void area', item: `${subset}/${fileName}` });
        else
          annotations.push(annotationOf(instance, categories, { id: annotations.length + 1, imageId, width, height }));
      }
    }
    const document = {
      images: imageRecords,
      annotations,
      categories: categories.map((name, index) => ({ id: index + 1, name })),
    };
    await writeFileAtomic(join(root, 'annotations', `instances_${subset}.json`), JSON.stringify(document));
  }
};

function annotationOf(
  { category, mask: source, kind }: Instance,
  categories: readonly string[],
  { id, imageId, width, height }: { id: number; imageId: number; width: number; height: number },
): object {
  const categoryIndex = categories.indexOf(category);
  if (categoryIndex < 0) throw dataErrors.WRITE_CATEGORY({ category, categories });
  const mask = rasterize(source, width, height);
  const [x0, y0, x1, y1] = tightBox(mask) ?? [0, 0, 0, 0];
  return {
    id,
    image_id: imageId,
    category_id: categoryIndex + 1,
    iscrowd: kind === 'crowd' ? 1 : 0,
    area: maskArea(mask),
    bbox: [x0, y0, x1 - x0, y1 - y0],
    segmentation: segmentationOf(source),
  };
}

function segmentationOf(mask: MaskSource): unknown {
  if (mask.kind === 'polygons') return mask.rings;
  return { size: [mask.height, mask.width], counts: encodeRleString(mask.counts) };
}
