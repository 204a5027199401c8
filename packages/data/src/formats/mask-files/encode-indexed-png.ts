import { crc32, deflateSync } from 'node:zlib';
import type { Colour } from './colours.js';

export interface IndexedImage {
  readonly width: number;
  readonly height: number;
  /** A number for each pixel, row-major. */
  readonly data: Uint16Array;
}

const signature = Uint8Array.of(137, 80, 78, 71, 13, 10, 26, 10);

/** A PNG of 8-bit numbers that stand for the palette's colours: what Pascal VOC's masks are. Numbers stay what they are, as an image library's own palettes don't. */
export function encodePalettePng({ width, height, data }: IndexedImage, palette: readonly Colour[]): Uint8Array {
  const colours = Uint8Array.from(palette.flatMap((colour) => [colour >> 16, (colour >> 8) & 255, colour & 255]));
  const rows = new Uint8Array((width + 1) * height);
  for (let y = 0; y < height; y++) rows.set(data.subarray(y * width, (y + 1) * width), y * (width + 1) + 1);
  return png([header(width, height, 8, 3), chunk('PLTE', colours)], rows);
}

/** A grey PNG of 16-bit numbers, for more than a palette can hold. */
export function encodeWidePng({ width, height, data }: IndexedImage): Uint8Array {
  const rows = new Uint8Array((2 * width + 1) * height);
  const view = new DataView(rows.buffer);
  for (let i = 0; i < data.length; i++) view.setUint16(2 * i + Math.floor(i / width) + 1, data[i]!);
  return png([header(width, height, 16, 0)], rows);
}

/** `rows` each start with their filter, 0: none. */
function png(head: readonly Uint8Array[], rows: Uint8Array): Uint8Array {
  return Buffer.concat([signature, ...head, chunk('IDAT', deflateSync(rows)), chunk('IEND', new Uint8Array())]);
}

function header(width: number, height: number, depth: number, colourType: number): Uint8Array {
  const bytes = Buffer.alloc(13);
  bytes.writeUInt32BE(width, 0);
  bytes.writeUInt32BE(height, 4);
  bytes[8] = depth;
  bytes[9] = colourType;
  return chunk('IHDR', bytes);
}

function chunk(type: string, data: Uint8Array): Uint8Array {
  const bytes = Buffer.concat([Buffer.alloc(4), Buffer.from(type, 'latin1'), data, Buffer.alloc(4)]);
  bytes.writeUInt32BE(data.length, 0);
  bytes.writeUInt32BE(crc32(bytes.subarray(4, -4)), bytes.length - 4);
  return bytes;
}
