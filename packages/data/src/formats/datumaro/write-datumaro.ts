import { writeFileAtomic } from '@sluice/core';
import { join } from 'node:path';
import type { Instance } from '../../contracts.js';
import { dataErrors } from '../../errors.js';
import { rasterize } from '../../masks/rasterize.js';
import { encodeRleString } from '../../masks/rle-string.js';
import type { DatasetWriter } from '../dataset-writer.js';
import { nameChecker } from '../image-name.js';

/**
 * Writes a dataset as Datumaro's own JSON: `images/<subset>/<fileName>` and `annotations/<subset>.json`, the latter last. Instances are numbered from 1
 * within their image; the polygons of one share its number as their group.
 */
export const writeDatumaro: DatasetWriter = async (root, { categories, subsets }, lose) => {
  const labels = categories.map((name) => ({ name, parent: '', attributes: [] }));
  for (const [subset, images] of Object.entries(subsets)) {
    const items: object[] = [];
    const checkName = nameChecker();
    for await (const { fileName, width, height, bytes, instances } of images) {
      checkName(fileName);
      await writeFileAtomic(join(root, 'images', subset, fileName), bytes);
      const held = instances.filter(({ kind }) => kind !== 'void');
      for (let i = held.length; i < instances.length; i++) {
        lose?.({ reason: 'void area', item: `${subset}/${fileName}` });
      }
      const annotations = held.flatMap((instance, index) =>
        annotationsOf(instance, index + 1, categories, { width, height }),
      );
      items.push({ id: idOf(fileName), annotations, attr: {}, image: { path: fileName, size: [height, width] } });
    }
    const document = {
      dm_format_version: '1.0',
      media_type: 2,
      infos: {},
      categories: { label: { labels, attributes: [] } },
      items,
    };
    await writeFileAtomic(join(root, 'annotations', `${subset}.json`), JSON.stringify(document));
  }
};

function idOf(fileName: string): string {
  return fileName.replaceAll('\\', '/').replace(/(?<=[^/])\.[^./]*$/, '');
}

/** An object's polygons are annotations each: one without a pixel of its own adds nothing, and readers would report it. */
function annotationsOf(
  { category, mask, kind }: Instance,
  number: number,
  categories: readonly string[],
  { width, height }: { readonly width: number; readonly height: number },
): object[] {
  const label = categories.indexOf(category);
  if (label < 0) throw dataErrors.WRITE_CATEGORY({ category, categories });
  const common = { id: number, group: number, label_id: label, attributes: { is_crowd: kind === 'crowd' }, z_order: 0 };
  if (mask.kind === 'polygons') {
    const seen = mask.rings.filter((ring) => rasterize({ ...mask, rings: [ring] }, width, height).data.includes(1));
    return (seen.length > 0 ? seen : mask.rings).map((points) => ({ type: 'polygon', ...common, points }));
  }
  return [{ type: 'mask', ...common, rle: { counts: encodeRleString(mask.counts), size: [mask.height, mask.width] } }];
}
