import type { ListedImage } from '../listed-image.js';
import type { CocoFile } from './coco-layout.js';
import { idOf, readCocoImage, recordOf, type CocoDocument } from './coco-records.js';

/** The images of an annotation file. Of images of one id the first counts, with all annotations of that id. */
export function listCocoImages({ subsetName: subset }: CocoFile, document: CocoDocument): readonly ListedImage[] {
  const counts = new Map<string | undefined, number>();
  for (const annotation of document.annotations) {
    const imageId = idOf(recordOf(annotation)?.['image_id']);
    counts.set(imageId, (counts.get(imageId) ?? 0) + shapesOf(recordOf(annotation)));
  }
  const images = new Map<string, ListedImage>();
  for (const value of document.images) {
    const image = readCocoImage(value);
    if (typeof image === 'string' || images.has(image.id)) continue;
    images.set(image.id, { subset, id: image.fileName, annotations: counts.get(image.id) ?? 0 });
  }
  return [...images.values()];
}

/** A record is a box and, beside it, a mask or some polygons. */
function shapesOf(record: Readonly<Record<string, unknown>> | undefined): number {
  const { bbox, segmentation } = record ?? {};
  const boxes = Array.isArray(bbox) && bbox.length > 0 ? 1 : 0;
  if (Array.isArray(segmentation)) {
    return boxes + segmentation.filter((part) => Array.isArray(part) && part.length > 0).length;
  }
  return boxes + (recordOf(segmentation) ? 1 : 0);
}
