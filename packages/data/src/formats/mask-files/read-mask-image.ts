import type { Metadata, Sharp } from 'sharp';
import { MAX_PIXELS } from '../../images/decode-image.js';
import { loadSharp } from '../../images/load-sharp.js';
import type { LabelMap } from '../../masks/label-map.js';
import type { Fault } from '../skipped.js';

/** A mask image's pixels: grey ones are numbers, of 1 to 16 bits as stored; others colours (0xrrggbb), palettes unfolded, alpha dropped. */
export interface MaskPixels {
  readonly kind: 'numbers' | 'colours';
  readonly map: LabelMap;
  /** The number that means "belongs to nothing for sure". */
  readonly voidNumber: number;
}

const openOptions = { ignoreIcc: true, failOn: 'error', limitInputPixels: MAX_PIXELS } as const;

/** Decodes a mask image; its size in pixels is checked first. */
export async function readMaskImage(path: string): Promise<MaskPixels | Fault> {
  try {
    const sharp = await loadSharp();
    const image = sharp(path, openOptions);
    const metadata = await image.metadata();
    if (metadata.depth !== 'uchar' && metadata.depth !== 'ushort') {
      return { reason: 'mask file unreadable', detail: `${path}: its samples are ${metadata.depth}` };
    }
    const { width, height } = metadata;
    if (metadata.channels > 2)
      return { kind: 'colours', map: { width, height, data: await coloursOf(image) }, voidNumber: 255 };
    const isWide = metadata.depth === 'ushort';
    const data = isWide ? await wideNumbersOf(image) : await numbersOf(image, metadata);
    return { kind: 'numbers', map: { width, height, data }, voidNumber: isWide ? 65535 : 255 };
  } catch (error) {
    return { reason: 'mask file unreadable', detail: `${path}: ${(error as Error).message.split('\n', 1)[0]!}` };
  }
}

async function coloursOf(image: Sharp): Promise<Uint32Array> {
  const bytes = await image.removeAlpha().toColourspace('srgb').raw().toBuffer();
  const colours = new Uint32Array(bytes.length / 3);
  for (let i = 0, b = 0; i < colours.length; i++, b += 3) {
    colours[i] = bytes[b]! * 65536 + bytes[b + 1]! * 256 + bytes[b + 2]!;
  }
  return colours;
}

/** Images of fewer than 8 bits are decoded spread to 0..255; their numbers are wanted. */
async function numbersOf(image: Sharp, { bitsPerSample = 8 }: Metadata): Promise<Uint16Array> {
  const bytes = await image.toColourspace('b-w').extractChannel(0).raw().toBuffer();
  const step = bitsPerSample < 8 ? 255 / (2 ** bitsPerSample - 1) : 1;
  return Uint16Array.from(bytes, (byte) => byte / step);
}

async function wideNumbersOf(image: Sharp): Promise<Uint16Array> {
  const bytes = await image.toColourspace('grey16').extractChannel(0).raw({ depth: 'ushort' }).toBuffer();
  return new Uint16Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length));
}
