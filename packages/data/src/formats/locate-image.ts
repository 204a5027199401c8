import type { ImageRef } from '../contracts.js';
import { MAX_PIXELS } from '../images/decode-image.js';
import { imageSize } from '../images/image-size.js';
import type { FoundImage } from './image-folder.js';
import type { Fault } from './skipped.js';

/** A found image at its declared size, else at that of the file's header. */
export async function locateImage(
  found: FoundImage,
  declared: { readonly width: number; readonly height: number } | undefined,
): Promise<ImageRef | Fault> {
  if ('reason' in found) return found;
  const size = declared ?? (await imageSize(found.path));
  if (size === undefined)
    return { reason: 'image file unreadable', detail: `${found.path} has no size that can be read` };
  const { width, height } = size;
  if (width * height > MAX_PIXELS) return { reason: 'image too large', detail: `${width}x${height}` };
  return { path: found.path, width, height };
}
