import type { FoundImage } from '../image-folder.js';
import { readMaskImage, type MaskPixels } from './read-mask-image.js';

/** The different numbers or colours of a mask image; none if it can't be read. */
export async function distinctNumbers(found: FoundImage): Promise<ReadonlySet<number>> {
  const pixels: MaskPixels | undefined = 'path' in found ? await readable(found.path) : undefined;
  return new Set(pixels?.map.data);
}

async function readable(path: string): Promise<MaskPixels | undefined> {
  const read = await readMaskImage(path);
  return 'reason' in read ? undefined : read;
}
