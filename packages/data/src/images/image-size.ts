import { loadSharp } from './load-sharp.js';

/** Size in pixels as stored, before EXIF orientation. */
export interface StoredSize {
  readonly width: number;
  readonly height: number;
  /** Whether EXIF orientation swaps width and height. */
  readonly isTurned: boolean;
}

/** Width and height as stored, from the file's header; undefined if it can't be read. */
export async function imageSize(path: string): Promise<StoredSize | undefined> {
  try {
    const sharp = await loadSharp();
    const { width, height, orientation = 1 } = await sharp(path, { limitInputPixels: false }).metadata();
    return { width, height, isTurned: orientation >= 5 };
  } catch {
    return undefined;
  }
}
