import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import sharp from 'sharp';
import { maskArea } from '../../masks/bit-mask.js';
import { rasterize } from '../../masks/rasterize.js';
import type { ReadItem, ReadOptions } from '../dataset-format.js';
import { coco } from './coco.js';

/** A polygon of 12 pixels. */
export const square = [1, 1, 5, 1, 5, 4, 1, 4];
export const image = { id: 1, file_name: 'a.png', width: 8, height: 6 };
export const annotation = { id: 1, image_id: 1, category_id: 1, iscrowd: 0, segmentation: [square] };
export const categories = [{ id: 1, name: 'leaf' }];
/** One image, one annotation: read as `train/a: 1=12`. */
export const document = { images: [image], annotations: [annotation], categories };

/** A temporary folder to put datasets in. */
export interface CocoFolder {
  readonly folder: string;
  /** Root of the current dataset: a folder of its own, not yet there. */
  readonly root: () => string;
  /** Starts another dataset. */
  readonly next: () => void;
  /** An image of 8 x 6 pixels. */
  readonly png: Uint8Array;
  /** Writes files, values as JSON. */
  readonly put: (files: Readonly<Record<string, unknown>>) => Promise<void>;
  readonly read: (options?: ReadOptions, path?: string) => Promise<ReadItem[]>;
  /** Samples as `key: id=area, ...`; skipped things as `unit: reason`. */
  readonly readLines: (options?: ReadOptions) => Promise<string[]>;
  readonly remove: () => Promise<void>;
}

export async function makeCocoFolder(): Promise<CocoFolder> {
  const folder = await mkdtemp(join(tmpdir(), 'sluice-coco-'));
  const png = await sharp({ create: { width: 8, height: 6, channels: 3, background: 'green' } })
    .png()
    .toBuffer();
  let count = 0;
  const root = (): string => join(folder, String(count));
  const read = async (options?: ReadOptions, path = root()): Promise<ReadItem[]> => {
    const items: ReadItem[] = [];
    for await (const item of coco.read(path, options)) items.push(item);
    return items;
  };
  return {
    folder,
    root,
    png,
    read,
    next: () => {
      count++;
    },
    put: async (files) => {
      for (const [name, content] of Object.entries(files)) {
        await mkdir(dirname(join(root(), name)), { recursive: true });
        const isRaw = content instanceof Uint8Array || typeof content === 'string';
        await writeFile(join(root(), name), isRaw ? content : JSON.stringify(content));
      }
    },
    readLines: async (options) => (await read(options)).map(lineOf),
    remove: () => rm(folder, { recursive: true }),
  };
}

function lineOf(item: ReadItem): string {
  if (item.kind === 'skipped')
    return `${item.unit}: ${item.reason}${item.count === undefined ? '' : ` x${item.count}`}`;
  const { width, height } = item.sample.image;
  const areas = item.sample.instances.map(({ id, mask }) => `${id}=${maskArea(rasterize(mask, width, height))}`);
  return `${item.sample.key}: ${areas.join(', ')}`;
}
