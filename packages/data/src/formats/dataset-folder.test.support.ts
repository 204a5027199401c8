import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { deflateSync } from 'node:zlib';
import sharp from 'sharp';
import { maskArea } from '../masks/bit-mask.js';
import { rasterize } from '../masks/rasterize.js';
import type { DatasetFormat, ReadItem, ReadOptions } from './dataset-format.js';

/** File contents by name: text and bytes as they are, `{ link }` as a symbolic link, other values as JSON. */
export type Files = Readonly<Record<string, unknown>>;

/** Temporary datasets, each in a folder of its own. */
export interface DatasetFolders {
  readonly folder: string;
  /** Writes a dataset; gives its root. */
  readonly put: (files: Files) => Promise<string>;
  readonly remove: () => Promise<void>;
}

export async function makeDatasetFolders(): Promise<DatasetFolders> {
  const folder = await mkdtemp(join(tmpdir(), 'sluice-format-'));
  let count = 0;
  return {
    folder,
    put: async (files) => {
      const root = join(folder, String(++count));
      for (const [name, content] of Object.entries(files)) {
        if (content === undefined) continue;
        await mkdir(dirname(join(root, name)), { recursive: true });
        const { link } = content as { link?: unknown };
        if (typeof link === 'string') await symlink(link, join(root, name));
        else await writeFile(join(root, name), isRaw(content) ? content : JSON.stringify(content));
      }
      return root;
    },
    remove: () => rm(folder, { recursive: true }),
  };
}

function isRaw(content: unknown): content is string | Uint8Array {
  return typeof content === 'string' || content instanceof Uint8Array;
}

export async function readAll(format: DatasetFormat, root: string, options?: ReadOptions): Promise<ReadItem[]> {
  const items: ReadItem[] = [];
  for await (const item of format.read(root, options)) items.push(item);
  return items;
}

/** Samples as `key: id=category area, ...`; skipped things as `unit: reason`. */
export async function readLines(format: DatasetFormat, root: string, options?: ReadOptions): Promise<string[]> {
  return (await readAll(format, root, options)).map((item) => {
    if (item.kind === 'skipped')
      return `${item.unit}: ${item.reason}${item.count === undefined ? '' : ` x${item.count}`}`;
    const { key, image, instances } = item.sample;
    const areas = instances.map(
      ({ id, category, mask }) => `${id}=${category} ${maskArea(rasterize(mask, image.width, image.height))}`,
    );
    return `${key}: ${areas.join(', ')}`;
  });
}

/** A photograph of 8 x 6 pixels. */
export async function photograph(width = 8, height = 6, background = 'green'): Promise<Uint8Array> {
  return sharp({ create: { width, height, channels: 3, background } })
    .jpeg()
    .toBuffer();
}

/** Pixel numbers of an 8 x 6 mask, a digit each. */
export function numbersOf(...rows: readonly string[]): number[] {
  return Array.from(rows.join(''), Number);
}

/** The numbers of a mask with one of them replaced. */
export const replaced = (numbers: readonly number[], from: number, to: number): number[] =>
  numbers.map((number) => (number === from ? to : number));

/** A grey mask image; 16 bits wide where asked. */
export async function numbersPng(numbers: readonly number[], width = 8, wide = false): Promise<Uint8Array> {
  const raw = { width, height: numbers.length / width, channels: 1 } as const;
  if (!wide) return sharp(Uint8Array.from(numbers), { raw }).toColourspace('b-w').png().toBuffer();
  return sharp(Uint16Array.from(numbers), { raw }).toColourspace('grey16').png().toBuffer();
}

/** An RGB mask image, of `#rrggbb` colours by number. */
export async function coloursPng(
  numbers: readonly number[],
  colours: readonly string[],
  options: { readonly palette?: boolean; readonly width?: number } = {},
): Promise<Uint8Array> {
  const { palette = false, width = 8 } = options;
  const bytes = numbers.flatMap((number) => [1, 3, 5].map((i) => parseInt(colours[number]!.slice(i, i + 2), 16)));
  const raw = { width, height: numbers.length / width, channels: 3 } as const;
  return sharp(Uint8Array.from(bytes), { raw }).png({ palette, dither: 0 }).toBuffer();
}

/** A PNG whose header says 30,000 x 30,000 pixels, with next to no data. */
export async function hugePng(): Promise<Uint8Array> {
  const bytes = Buffer.from(await numbersPng([0], 1));
  bytes.writeUInt32BE(30_000, 16);
  bytes.writeUInt32BE(30_000, 20);
  bytes.writeUInt32BE(crc32(bytes.subarray(12, 29)), 29);
  return bytes;
}

/** A grey PNG of one bit a pixel, 8 pixels wide. */
export function bitsPng(bits: readonly number[]): Uint8Array {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(8, 0);
  header.writeUInt32BE(bits.length / 8, 4);
  header[8] = 1;
  const rows = Array.from({ length: bits.length / 8 }, (_, y) => [
    0,
    parseInt(bits.slice(y * 8, y * 8 + 8).join(''), 2),
  ]);
  const chunk = (type: string, data: Uint8Array): Uint8Array => {
    const bytes = Buffer.concat([Buffer.alloc(4), Buffer.from(type), data, Buffer.alloc(4)]);
    bytes.writeUInt32BE(data.length, 0);
    bytes.writeUInt32BE(crc32(bytes.subarray(4, -4)), bytes.length - 4);
    return bytes;
  };
  const signature = Uint8Array.of(137, 80, 78, 71, 13, 10, 26, 10);
  const data = deflateSync(Uint8Array.from(rows.flat()));
  return Buffer.concat([signature, chunk('IHDR', header), chunk('IDAT', data), chunk('IEND', new Uint8Array())]);
}

function crc32(bytes: Uint8Array): number {
  let crc = ~0;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0);
  }
  return ~crc >>> 0;
}
