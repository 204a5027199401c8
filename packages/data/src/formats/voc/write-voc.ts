import { writeFileAtomic } from '@sluice/core';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { DatasetWriter, ImageToWrite, Loss } from '../dataset-writer.js';
import { nameChecker } from '../image-name.js';
import { imageStem } from '../image-stem.js';
import { encodeClassMask, encodeObjectMask } from '../mask-files/encode-masks.js';
import { labelCodes, withVoidName, type LabelCodes } from '../mask-files/label-codes.js';
import { mergedInstances } from '../mask-files/merged-instances.js';
import { paintInstances } from '../mask-files/paint-instances.js';

/** Writes Pascal VOC with classes in `SegmentationClass` and objects in `SegmentationObject`. */
export const writeVocInstance: DatasetWriter = (root, dataset, lose) => writeVoc(root, dataset, lose, true);

/** Writes Pascal VOC with classes alone. */
export const writeVocSemantic: DatasetWriter = (root, dataset, lose) => writeVoc(root, dataset, lose, false);

/** `JPEGImages/<fileName>`, masks beside it, `labelmap.txt`, and `ImageSets/Segmentation/<subset>.txt` last. */
async function writeVoc(
  root: string,
  { categories, background, subsets }: Parameters<DatasetWriter>[1],
  lose: ((loss: Loss) => void) | undefined,
  withObjects: boolean,
): Promise<void> {
  const codes = labelCodes(categories, background);
  let hasVoid = false;
  const lists = new Map<string, string[]>();
  for (const [subset, images] of Object.entries(subsets)) {
    const ids: string[] = [];
    const checkName = nameChecker();
    for await (const image of images) {
      checkName(image.fileName);
      const item = `${subset}/${image.fileName}`;
      const id = imageStem(image.fileName.replaceAll('\\', '/'));
      if (id === undefined || !isLine(id)) {
        lose?.({ reason: 'image name that the format has no place for', item });
        continue;
      }
      const painting = paintInstances(image, codes);
      hasVoid ||= painting.hasVoid;
      for (const reason of painting.losses) lose?.({ reason, item });
      for (let i = withObjects ? 0 : mergedInstances(image.instances); i > 0; i--) {
        lose?.({ reason: 'instance merged with others of its class', item });
      }
      const files = (name: string): ReadonlyMap<string, Uint8Array> =>
        new Map([
          [join('JPEGImages', `${name}${extensionOf(image)}`), image.bytes],
          [join('SegmentationClass', `${name}.png`), encodeClassMask(painting, codes)],
          ...(withObjects ? [[join('SegmentationObject', `${name}.png`), encodeObjectMask(painting)] as const] : []),
        ]);
      // All subsets share their folders: a name may stand for one image alone.
      if (await putAll(root, files(id))) ids.push(id);
      else {
        lose?.({ reason: 'image renamed: another subset has that name', item });
        await putAll(root, files(`${subset}/${id}`));
        ids.push(`${subset}/${id}`);
      }
    }
    lists.set(subset, ids);
  }
  await writeFileAtomic(join(root, 'labelmap.txt'), labelMap(hasVoid ? withVoidName(codes) : codes));
  for (const [subset, ids] of lists) {
    const text = ids.map((id) => `${id}\n`).join('');
    await writeFileAtomic(join(root, 'ImageSets', 'Segmentation', `${subset}.txt`), text);
  }
}

/** Whether a list can hold the id: it trims lines and takes `#` for a comment. */
function isLine(id: string): boolean {
  return id === id.trim() && !id.startsWith('#');
}

function extensionOf({ fileName }: ImageToWrite): string {
  return fileName.slice(fileName.lastIndexOf('.'));
}

/** Writes the files unless one of them is there with other contents. */
async function putAll(root: string, files: ReadonlyMap<string, Uint8Array>): Promise<boolean> {
  for (const [path, bytes] of files) {
    const known = await readFile(join(root, path)).catch(() => undefined);
    if (known && !known.equals(bytes)) return false;
  }
  for (const [path, bytes] of files) await writeFileAtomic(join(root, path), bytes);
  return true;
}

function labelMap({ names, colours }: LabelCodes): string {
  const lines = names.map((name, i) => {
    const colour = colours[i]!;
    return `${name}:${colour >> 16},${(colour >> 8) & 255},${colour & 255}::`;
  });
  return `# label:color_rgb:parts:actions\n${lines.join('\n')}\n`;
}
