import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Instance, Sample } from '../../contracts.js';
import { coco } from './coco.js';
import type { ImageToWrite } from '../dataset-writer.js';
import { writeCoco } from './write-coco.js';

let root: string;
let bytes: Uint8Array;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'sluice-write-'));
  bytes = await sharp({ create: { width: 8, height: 6, channels: 3, background: 'red' } })
    .png()
    .toBuffer();
});
afterAll(() => rm(root, { recursive: true }));

const polygons: Instance = {
  id: '1',
  category: 'stem',
  mask: {
    kind: 'polygons',
    rings: [
      [1, 1, 5, 1, 5, 4],
      [6.25, 0, 8, 0, 8, 1.5],
    ],
  },
};
const rle: Instance = { id: '2', category: 'leaf', mask: { kind: 'rle', width: 8, height: 6, counts: [6, 12, 30] } };
const image: ImageToWrite = {
  fileName: 'sub/a.png',
  width: 8,
  height: 6,
  bytes: Uint8Array.of(1, 2, 3),
  instances: [polygons, rle],
};

it('writes what the reader gives back: masks, categories, subsets and the files’ bytes', async () => {
  const target = join(root, 'round-trip');
  const second = { ...image, fileName: 'b.png', bytes, instances: [rle] };
  await writeCoco(target, {
    categories: ['leaf', 'stem'],
    subsets: { train: [{ ...image, bytes }, second], test: [second] },
  });
  const samples: Sample[] = [];
  for await (const item of coco.read(target)) if (item.kind === 'sample') samples.push(item.sample);
  expect(samples.map(({ key }) => key)).toEqual(['train/sub/a', 'train/b', 'test/b']);
  expect(samples[0]!.instances).toEqual([polygons, rle]);
  expect(await readFile(join(target, 'images/train/sub/a.png'))).toEqual(bytes);
});

it('writes the tight box and the area of the pixels', async () => {
  const target = join(root, 'numbers');
  await writeCoco(target, { categories: ['leaf'], subsets: { val: [{ ...image, instances: [rle] }] } });
  const document = JSON.parse(await readFile(join(target, 'annotations/instances_val.json'), 'utf8')) as {
    annotations: unknown[];
  };
  expect(document.annotations).toEqual([
    {
      id: 1,
      image_id: 1,
      category_id: 1,
      iscrowd: 0,
      area: 12,
      bbox: [1, 0, 2, 6],
      segmentation: { size: [6, 8], counts: '6<n0' },
    },
  ]);
});

it.each(['../a.png', '/a.png', 'x/../../a.png', '', 'a//b.png', '..\\a.png'])(
  'refuses the name %j',
  async (fileName) => {
    const target = join(root, 'names');
    await expect(
      writeCoco(target, { categories: ['leaf', 'stem'], subsets: { train: [{ ...image, fileName }] } }),
    ).rejects.toMatchObject({
      code: 'data/WRITE_FILE_NAME',
    });
  },
);

it('refuses one name for two images, and categories it was not told of', async () => {
  await expect(
    writeCoco(join(root, 'twice'), { categories: ['leaf', 'stem'], subsets: { train: [image, image] } }),
  ).rejects.toMatchObject({
    code: 'data/WRITE_FILE_NAME',
  });
  await expect(
    writeCoco(join(root, 'category'), { categories: ['leaf'], subsets: { train: [image] } }),
  ).rejects.toThrow('"stem"');
});
