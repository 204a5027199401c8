import { basename } from 'node:path';
import type { ImageRef, Instance, Subset } from '../../contracts.js';
import type { ReadItem, ReadOptions } from '../dataset-format.js';
import { openImageFolder } from '../image-folder.js';
import { locateImage } from '../locate-image.js';
import { separateParts } from '../separate-parts.js';
import { skipped, type Fault } from '../skipped.js';
import { firstImageFolder, type CocoFile } from './coco-layout.js';
import { readCocoBox, readCocoMask } from './coco-mask.js';
import { idOf, readCocoImage, recordOf, type CocoDocument } from './coco-records.js';

export interface CocoSubset {
  readonly root: string;
  readonly file: CocoFile;
  readonly subset: Subset;
  readonly document: CocoDocument;
  /** `<subset>/<id>` and `<subset>/<file name>` of the samples so far, in all annotation files; grows. */
  readonly keys: Set<string>;
  readonly options: ReadOptions;
}

/** The images of one annotation file in its order, each after its skipped annotations; annotations of no image come last. */
export async function* readCocoSubset({
  root,
  file,
  subset,
  document,
  keys,
  options,
}: CocoSubset): AsyncGenerator<ReadItem> {
  const findImage = openImageFolder(root, await firstImageFolder(file));
  const place = basename(file.path);
  const annotations = groupByImage(document);
  const imageIds = new Set<string>();

  for (const [index, value] of document.images.entries()) {
    const image = readCocoImage(value);
    if (typeof image === 'string') {
      yield skipped('image', 'invalid image record', `${place}: images[${index}]`, image);
      continue;
    }
    const item = `${place}: image ${image.id} (${image.fileName})`;
    if (imageIds.has(image.id)) {
      yield skipped('image', 'duplicate image', item, 'an image before it has the same id');
      continue;
    }
    imageIds.add(image.id);
    const own = annotations.get(image.id) ?? [];
    annotations.delete(image.id);

    const id = sampleId(image.fileName, (candidate) => !keys.has(`${subset}/${candidate}`));
    const found =
      id === undefined ? duplicateFile : await locateImage(await findImage(image.fileName), image.size, options.sizes);
    if (id === undefined || 'reason' in found) {
      const { reason, detail } = 'reason' in found ? found : duplicateFile;
      yield skipped('image', reason, item, detail);
      if (own.length > 0) yield skipped('annotation', 'image skipped', item, reason, own.length);
      continue;
    }
    const instances: Instance[] = [];
    const instanceIds = new Set<string>();
    for (const annotation of own) {
      const result = readInstance(annotation, document, found, options);
      if ('reason' in result) {
        yield skipped('annotation', result.reason, `${item}, annotation ${idIn(annotation)}`, result.detail);
      } else if (instanceIds.has(result.id)) {
        yield skipped('annotation', 'duplicate annotation', `${item}, annotation ${result.id}`);
      } else {
        instanceIds.add(result.id);
        instances.push(...(options.parts === 'separate' ? separateParts(result) : [result]));
      }
    }
    if (instances.length === 0 && options.empty !== 'use') {
      yield skipped('image', 'no usable instance', item);
      continue;
    }
    const key = `${subset}/${id}`;
    keys.add(key).add(`${subset}/${slashed(image.fileName)}`);
    yield { kind: 'sample', sample: { key, id, subset, image: found, instances } };
  }
  for (const [imageId, orphans] of annotations) {
    for (const annotation of orphans) {
      const item = `${place}: annotation ${idIn(annotation)}`;
      if (imageId === undefined) yield skipped('annotation', 'invalid annotation record', item, 'it has no image_id');
      else yield skipped('annotation', 'image not listed', item, `image_id ${imageId}`);
    }
  }
}

const duplicateFile: Fault = { reason: 'duplicate image', detail: 'an image before it has the same file_name' };

/** Annotations by image id, in file order; under `undefined` those that name none. */
function groupByImage({ annotations }: CocoDocument): Map<string | undefined, unknown[]> {
  const groups = new Map<string | undefined, unknown[]>();
  for (const annotation of annotations) {
    const imageId = idOf(recordOf(annotation)?.['image_id']);
    const group = groups.get(imageId);
    if (group) group.push(annotation);
    else groups.set(imageId, [annotation]);
  }
  return groups;
}

function idIn(annotation: unknown): string {
  return idOf(recordOf(annotation)?.['id']) ?? 'without id';
}

/** The file name without extension; with it where another image has that id; undefined where that is taken, too. */
function sampleId(fileName: string, isFree: (id: string) => boolean): string | undefined {
  const full = slashed(fileName);
  return [full.replace(/(?<=[^/])\.[^./]*$/, ''), full].find(isFree);
}

function slashed(fileName: string): string {
  return fileName.replaceAll('\\', '/');
}

function readInstance(
  annotation: unknown,
  { categories }: CocoDocument,
  { width, height }: ImageRef,
  { crowds = 'skip', boxes = 'skip' }: ReadOptions,
): Instance | Fault {
  const record = recordOf(annotation);
  const id = idOf(record?.['id']);
  if (!record || id === undefined) return { reason: 'invalid annotation record', detail: 'it has no id' };
  const categoryId = idOf(record['category_id']);
  const category = categoryId === undefined ? undefined : categories.get(categoryId);
  if (category === undefined) return { reason: 'unknown category', detail: `category_id ${categoryId ?? 'missing'}` };
  const isCrowd = record['iscrowd'] === 1 || record['iscrowd'] === true;
  if (crowds === 'skip' && isCrowd) return { reason: 'crowd' };
  const masked = readCocoMask(record['segmentation'], width, height);
  const isBox = boxes === 'use' && 'reason' in masked && masked.reason === 'box without mask';
  const result = isBox ? readCocoBox(record['bbox'], width, height) : masked;
  return 'reason' in result ? result : { id, category, mask: result.mask, ...(isCrowd && { kind: 'crowd' }) };
}
