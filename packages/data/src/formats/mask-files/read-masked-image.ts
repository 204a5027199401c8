import type { ImageRef, Subset } from '../../contracts.js';
import { MAX_PIXELS } from '../../images/decode-image.js';
import { imageSize, type StoredSize } from '../../images/image-size.js';
import type { ReadItem, ReadOptions } from '../dataset-format.js';
import type { FoundImage } from '../image-folder.js';
import { skipped, type Fault } from '../skipped.js';
import { classMap } from './class-map.js';
import type { LabelTable } from './label-table.js';
import { instancesOfClasses, instancesOfObjects, type MaskInstances, type MaskOptions } from './mask-instances.js';
import { readMaskImage, type MaskPixels } from './read-mask-image.js';

/** An image and its mask files, as they were looked up. */
export interface MaskedImage {
  readonly id: string;
  readonly subset: Subset;
  /** For messages. */
  readonly item: string;
  readonly image: FoundImage;
  readonly classMask: FoundImage;
  /** Undefined where objects aren't asked for. */
  readonly objectMask: FoundImage | undefined;
  readonly table: LabelTable;
  readonly options: MaskOptions & Pick<ReadOptions, 'empty'>;
}

/** The image's sample, after its masks that are no instances; or why there is none. Decodes the masks only. */
export async function* readMaskedImage(given: MaskedImage): AsyncGenerator<ReadItem> {
  const { id, subset, item, options } = given;
  const stored = await locate(given.image);
  if ('reason' in stored) {
    yield skipped('image', stored.reason, item, stored.detail);
    return;
  }
  const read = await readMasks(given, stored);
  if ('reason' in read && !(read.reason === 'mask file missing' && options.empty === 'use')) {
    yield skipped('image', read.reason, item, read.detail);
    return;
  }
  const { instances, faults, image } = 'reason' in read ? { instances: [], faults: [], image: imageRef(stored) } : read;
  for (const fault of faults) {
    yield skipped('annotation', fault.reason, `${item}, ${fault.item}`, fault.detail, fault.count);
  }
  if (instances.length === 0 && options.empty !== 'use') yield skipped('image', 'no usable instance', item);
  else yield { kind: 'sample', sample: { key: `${subset}/${id}`, id, subset, image, instances } };
}

type StoredImage = StoredSize & { readonly path: string };

async function locate(found: FoundImage): Promise<StoredImage | Fault> {
  if ('reason' in found) return found;
  const size = await imageSize(found.path);
  if (!size) return { reason: 'image file unreadable', detail: `${found.path} has no size that can be read` };
  if (size.width * size.height > MAX_PIXELS)
    return { reason: 'image too large', detail: `${size.width}x${size.height}` };
  return { ...size, path: found.path };
}

function imageRef({ path, width, height }: StoredImage): ImageRef {
  return { path, width, height };
}

async function readMasks(
  { classMask, objectMask, table, options }: MaskedImage,
  stored: StoredImage,
): Promise<(MaskInstances & { readonly image: ImageRef }) | Fault> {
  const classes = await readMask(classMask);
  if ('reason' in classes) return classes;
  const image = fittedTo(classes, stored);
  if (!image) return sizeFault(classMask, classes, stored);
  const labels = classMap(classes, table);
  const objects = objectMask && (await readMask(objectMask));
  if (!objects || ('reason' in objects && objects.reason === 'mask file missing')) {
    return { ...instancesOfClasses(labels, table, options), image };
  }
  if ('reason' in objects) return objects;
  if (objects.map.width !== image.width || objects.map.height !== image.height) {
    return sizeFault(objectMask, objects, image);
  }
  return { ...instancesOfObjects(labels, objects, table, options), image };
}

async function readMask(found: FoundImage): Promise<MaskPixels | Fault> {
  if (!('reason' in found)) return readMaskImage(found.path);
  return found.reason === 'image file missing' ? { ...found, reason: 'mask file missing' } : found;
}

/** The image at the mask's size: as stored, or turned by EXIF. */
function fittedTo({ map: { width, height } }: MaskPixels, stored: StoredImage): ImageRef | undefined {
  const fits = width === stored.width && height === stored.height;
  const fitsTurned = stored.isTurned && width === stored.height && height === stored.width;
  return fits || fitsTurned ? { path: stored.path, width, height } : undefined;
}

function sizeFault(found: FoundImage, { map }: MaskPixels, image: { width: number; height: number }): Fault {
  const path = 'path' in found ? found.path : '';
  const detail = `${path} is ${map.width}x${map.height}, the image ${image.width}x${image.height}`;
  return { reason: 'mask size differs from the image', detail };
}
