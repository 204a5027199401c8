import type { ImageRef } from '../contracts.js';
import { MAX_PIXELS } from '../images/decode-image.js';
import { imageSize, type StoredSize } from '../images/image-size.js';
import type { ReadOptions } from './dataset-format.js';
import type { FoundImage } from './image-folder.js';
import type { Fault } from './skipped.js';

/** A found image at its declared size, else at that of the file's header; `check` compares the two. */
export async function locateImage(
  found: FoundImage,
  declared: { readonly width: number; readonly height: number } | undefined,
  sizes: ReadOptions['sizes'] = 'trust',
): Promise<ImageRef | Fault> {
  if ('reason' in found) return found;
  const stored = declared && sizes === 'trust' ? undefined : await imageSize(found.path);
  const size = declared ?? stored;
  if (size === undefined || (sizes === 'check' && !stored)) {
    return { reason: 'image file unreadable', detail: `${found.path} has no size that can be read` };
  }
  if (declared && stored && !fits(declared, stored)) {
    const detail = `declared ${declared.width}x${declared.height}, ${found.path} is ${stored.width}x${stored.height}`;
    return { reason: 'image size differs from the declared one', detail };
  }
  const { width, height } = size;
  if (width * height > MAX_PIXELS) return { reason: 'image too large', detail: `${width}x${height}` };
  return { path: found.path, width, height };
}

/** The size as stored, or as EXIF turns it. */
function fits({ width, height }: { width: number; height: number }, stored: StoredSize): boolean {
  if (width === stored.width && height === stored.height) return true;
  return stored.isTurned && width === stored.height && height === stored.width;
}
