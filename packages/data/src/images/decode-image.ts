import { SluiceError } from '@sluice/core';
import { readFile } from 'node:fs/promises';
import type { Metadata, Sharp } from 'sharp';
import type { ImageRef } from '../contracts.js';
import { dataErrors } from '../errors.js';
import { loadSharp } from './load-sharp.js';
import type { RgbImage } from './rgb-image.js';

/** Largest image that is decoded: 64 megapixels. */
export const MAX_PIXELS = 64 * 1024 * 1024;

const openOptions = {
  // What Pillow does for OTX: stored values, no colour management.
  ignoreIcc: true,
  // Truncated and corrupt files fail; harmless warnings of writers don't.
  failOn: 'error',
  limitInputPixels: MAX_PIXELS,
} as const;

/**
 * Decodes an image to RGB bytes of its declared size: greyscale is repeated, alpha dropped (not composited), CMYK converted plainly, 16-bit scaled by 1/257,
 * of an animation the first frame taken. EXIF orientation is applied if the declared size is that of the turned image and not that of the stored one.
 */
export async function decodeImage(image: ImageRef): Promise<RgbImage> {
  const bytes = await readFile(image.path).catch((cause: unknown) => {
    throw dataErrors.IMAGE_UNREADABLE({ path: image.path, reason: reasonOf(cause) }, { cause });
  });
  const sharp = await loadSharp();
  try {
    const metadata = await sharp(bytes, openOptions).metadata();
    const turned = needsTurn(image, metadata);
    const decoder = turned ? sharp(bytes, openOptions).autoOrient() : sharp(bytes, openOptions);
    return { width: image.width, height: image.height, data: await rgbOf(decoder, metadata, image.path) };
  } catch (cause) {
    if (cause instanceof SluiceError) throw cause;
    throw dataErrors.IMAGE_UNREADABLE({ path: image.path, reason: reasonOf(cause) }, { cause });
  }
}

/** Whether the image must be turned to its declared size. */
function needsTurn(image: ImageRef, { width, height, orientation = 1 }: Metadata): boolean {
  if (width === image.width && height === image.height) return false;
  if (orientation >= 5 && height === image.width && width === image.height) return true;
  throw dataErrors.IMAGE_SIZE({ path: image.path, declared: [image.width, image.height], stored: [width, height] });
}

async function rgbOf(decoder: Sharp, { space, depth }: Metadata, path: string): Promise<Uint8Array> {
  if (space === 'cmyk' && depth === 'uchar')
    return rgbOfCmyk(await decoder.pipelineColourspace('cmyk').toColourspace('cmyk').raw().toBuffer());
  if (depth === 'uchar') return decoder.removeAlpha().toColourspace('srgb').raw().toBuffer();
  if (depth === 'ushort') {
    const bytes = await decoder.removeAlpha().toColourspace('rgb16').raw({ depth: 'ushort' }).toBuffer();
    const words = new Uint16Array(bytes.buffer, bytes.byteOffset, bytes.length / 2);
    return Uint8Array.from(words, (value) => Math.round(value / 257));
  }
  throw dataErrors.IMAGE_UNREADABLE({ path, reason: `its samples are ${depth}; only 1, 8 and 16 bits are known` });
}

/** Pillow's plain conversion: each ink darkens what black leaves. */
function rgbOfCmyk(cmyk: Uint8Array): Uint8Array {
  const rgb = new Uint8Array((cmyk.length / 4) * 3);
  for (let i = 0, o = 0; i < cmyk.length; i += 4, o += 3) {
    const light = 255 - cmyk[i + 3]!;
    for (let c = 0; c < 3; c++) rgb[o + c] = light - Math.round((cmyk[i + c]! * light) / 255);
  }
  return rgb;
}

function reasonOf(cause: unknown): string {
  const text = cause instanceof Error ? cause.message : String(cause);
  return text.split('\n', 1)[0] ?? text;
}
