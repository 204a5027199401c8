import fc from 'fast-check';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Instance, Sample } from '../contracts.js';
import { photograph } from '../formats/dataset-folder.test.support.js';
import type { ReadOptions } from '../formats/dataset-format.js';
import type { DatasetToWrite, ImageToWrite, Loss } from '../formats/dataset-writer.js';
import { datasetWriters } from '../formats/dataset-writers.js';
import { findFormat } from '../formats/find-format.js';
import { rasterize } from '../masks/rasterize.js';
import { countsOfMask } from '../masks/rle-counts.js';
import { convertDataset, type Conversion } from './convert-dataset.js';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sluice-convert-'));
});
afterAll(() => rm(folder, { recursive: true }));

let count = 0;
const place = (): string => join(folder, String(++count));

const names = [...datasetWriters.keys()];
const pairs = names.flatMap((from) => names.filter((to) => to !== from).map((to) => [from, to] as const));
/** Formats that keep each mask as it is, under others, too. */
const layered = ['coco', 'datumaro'];
const ofObjects = [...layered, 'voc-instance'];

async function write(format: string, dataset: DatasetToWrite): Promise<string> {
  const root = place();
  await datasetWriters.get(format)!(root, dataset);
  return root;
}

async function convert(root: string, to: string, more: Partial<Conversion> = {}): Promise<string> {
  const target = place();
  await convertDataset({ root, from: await findFormat(root, 'auto'), target, to, ...more });
  return target;
}

async function read(root: string, options: ReadOptions = {}): Promise<Sample[]> {
  const { format } = await findFormat(root, 'auto');
  const samples: Sample[] = [];
  for await (const item of format.read(root, { empty: 'use', void: 'use', crowds: 'use', ...options })) {
    if (item.kind === 'sample') samples.push(item.sample);
    else expect(item.reason).toBe('background');
  }
  return samples;
}

const masksOf = ({ image, instances }: Sample): string[] =>
  instances.map(
    ({ category, mask }) => `${category} ${countsOfMask(rasterize(mask, image.width, image.height)).join()}`,
  );

/** Later instances lie over earlier ones: the category of each pixel, and the pixels of each instance that can be seen. */
function painted({ image, instances }: Sample) {
  const owners: number[] = Array<number>(image.width * image.height).fill(-1);
  for (const [number, { mask }] of instances.entries()) {
    rasterize(mask, image.width, image.height).data.forEach((bit, i) => {
      if (bit === 1) owners[i] = number;
    });
  }
  const seen = instances.map(({ category }, number) => [
    category,
    owners.flatMap((own, i) => (own === number ? [i] : [])),
  ]);
  return {
    classes: owners.map((own) => instances[own]?.category ?? ''),
    visible: seen.filter(([, pixels]) => pixels!.length > 0).map((entry) => JSON.stringify(entry)),
  };
}

const [width, height] = [9, 7];
const coordinate = fc.double({ min: -2, max: 11, noNaN: true }).map((value) => Math.round(value * 4) / 4);
const polygon = fc.array(coordinate, { minLength: 6, maxLength: 12 }).map((ring) => ring.slice(0, ring.length & ~1));
const bits = fc.uint8Array({ min: 0, max: 1, minLength: width * height, maxLength: width * height });
const mask: fc.Arbitrary<Instance['mask']> = fc.oneof(
  fc.array(polygon, { minLength: 1, maxLength: 2 }).map((rings) => ({ kind: 'polygons', rings }) as const),
  bits.map((data) => ({ kind: 'rle', width, height, counts: countsOfMask({ width, height, data }) }) as const),
);
const categories = ['stem', 'leaf', 'Größe 3'];
const instance: fc.Arbitrary<Instance> = fc.record({
  id: fc.constant('1'),
  category: fc.constantFrom(...categories),
  mask,
});
const hasPixels = ({ mask: source }: Instance): boolean => rasterize(source, width, height).data.includes(1);
const images = fc.array(
  fc.array(instance, { maxLength: 5 }).map((all) => all.filter(hasPixels)),
  { minLength: 1, maxLength: 2 },
);

/** One of its polygons covers no pixel. */
const halfEmpty: Instance = {
  id: '1',
  category: 'stem',
  // prettier-ignore
  mask: { kind: 'polygons', rings: [[0, 0, 0, 0, 0, 0], [0.5, 0, 0, 3.5, 0, 0]] },
};

describe('masks are the same pixel for pixel', () => {
  let bytes: Uint8Array;
  beforeAll(async () => {
    bytes = await photograph(width, height);
  });

  it.each(pairs)('from %s to %s', async (from, to) => {
    await fc.assert(
      fc.asyncProperty(images, async (all) => {
        const listed = all.map((instances, i): ImageToWrite => ({
          fileName: `s/${i}.jpg`,
          width,
          height,
          bytes,
          instances,
        }));
        const root = await write(from, { categories, subsets: { train: listed.slice(1), val: listed.slice(0, 1) } });
        const [before, after] = [await read(root), await read(await convert(root, to))];
        expect(after.map(({ key }) => key)).toEqual(before.map(({ key }) => key));
        for (const [i, sample] of after.entries()) {
          expect(painted(sample).classes).toEqual(painted(before[i]!).classes);
          if (layered.includes(from) && layered.includes(to)) expect(masksOf(sample)).toEqual(masksOf(before[i]!));
          else if (ofObjects.includes(to)) expect(painted(sample).visible).toEqual(painted(before[i]!).visible);
          expect(await readFile(sample.image.path)).toEqual(Buffer.from(bytes));
        }
      }),
      { numRuns: 2, examples: [[[[halfEmpty]]]] },
    );
  });
});

const square: Instance = { id: '1', category: 'leaf', mask: { kind: 'polygons', rings: [[1, 1, 5, 1, 5, 4, 1, 4]] } };
const block: Instance = { id: '2', category: 'leaf', mask: { kind: 'rle', width: 8, height: 6, counts: [6, 12, 30] } };

describe('what a format cannot hold is told of:', () => {
  const lossesOf = async (from: string, to: string, instances: Instance[]) => {
    const image = { fileName: 'a.jpg', width: 8, height: 6, bytes: await photograph(), instances };
    const losses: Loss[] = [];
    const root = await write(from, { categories: ['leaf', 'background'], subsets: { train: [image] } });
    const target = await convert(root, to, { onLoss: (loss) => losses.push(loss) });
    return { losses: losses.map(({ reason }) => reason).sort(), samples: await read(target) };
  };
  const leaf = { ...block, mask: { ...block.mask, counts: [30, 6, 12] } } as Instance;

  it.each<[string, string, Instance[], string[]]>([
    ['coco', 'voc-instance', [square], ['outline became pixels']],
    ['coco', 'voc-instance', [block, block], ['instance hidden by others']],
    ['datumaro', 'voc-instance', [block, square], ['instance hidden in part by others', 'outline became pixels']],
    ['coco', 'voc-semantic', [block, leaf], ['instance merged with others of its class']],
    ['voc-instance', 'common-semantic-segmentation', [block, leaf], ['instance merged with others of its class']],
    ['coco', 'voc-semantic', [{ ...block, category: 'background' }], ['background']],
    ['coco', 'voc-instance', [{ ...block, kind: 'crowd' }], ['crowd']],
    ['coco', 'datumaro', [{ ...block, kind: 'crowd' }, square], []],
    ['datumaro', 'coco', [{ ...block, kind: 'crowd' }, square], []],
    ['voc-instance', 'coco', [block, { ...leaf, kind: 'void' }], ['void area']],
    ['voc-semantic', 'datumaro', [block, { ...leaf, kind: 'void' }], ['void area']],
    ['voc-semantic', 'common-semantic-segmentation', [block, { ...leaf, kind: 'void' }], []],
    ['common-semantic-segmentation', 'voc-instance', [block, { ...leaf, kind: 'void' }], []],
  ])('%s to %s', async (from, to, instances, expected) => {
    const { losses, samples } = await lossesOf(from, to, instances);
    expect(losses).toEqual(expected);
    const kinds = samples[0]!.instances.map(({ kind }) => kind).filter((kind) => kind !== undefined);
    const kept = instances.map(({ kind }) => kind).filter((kind) => kind !== undefined && expected.length === 0);
    expect(kinds).toEqual(kept);
  });

  it('names that are no line of a list', async () => {
    const image = { width: 8, height: 6, bytes: await photograph(), instances: [block] };
    const images = ['#a.jpg', ' a.jpg', 'a.gif', 'b.jpg'].map((fileName) => ({ ...image, fileName }));
    const losses: Loss[] = [];
    const root = await write('coco', { categories: ['leaf'], subsets: { train: images } });
    const target = await convert(root, 'voc-instance', { onLoss: (loss) => losses.push(loss) });
    expect(losses.map(({ item }) => item)).toEqual(['train/#a.jpg', 'train/ a.jpg', 'train/a.gif']);
    expect((await read(target)).map(({ key }) => key)).toEqual(['train/b']);
  });

  it('one name in two subsets, which share a folder in VOC', async () => {
    const image = { fileName: 'a.jpg', width: 8, height: 6, instances: [block] };
    const subsets = {
      train: [{ ...image, bytes: await photograph() }],
      val: [{ ...image, bytes: await photograph(8, 6, 'red') }],
      test: [{ ...image, bytes: await photograph() }],
    };
    const losses: Loss[] = [];
    const root = await write('coco', { categories: ['leaf'], subsets });
    const target = await convert(root, 'voc-instance', { onLoss: (loss) => losses.push(loss) });
    expect((await read(target)).map(({ key }) => key)).toEqual(['train/a', 'val/val/a', 'test/a']);
    expect(losses).toEqual([{ reason: 'image renamed: another subset has that name', item: 'val/a.jpg' }]);
  });
});

it('holds more than 254 instances and classes in a mask, in 16 bits', async () => {
  const many = Array.from({ length: 300 }, (_, i) => `class ${i}`);
  const instances = many.map((category, i): Instance => {
    return { id: String(i), category, mask: { kind: 'rle', width: 20, height: 20, counts: [i, 1, 399 - i] } };
  });
  const image = { fileName: 'a.jpg', width: 20, height: 20, bytes: await photograph(20, 20), instances };
  const root = await write('coco', { categories: many, subsets: { train: [image] } });
  for (const to of ['voc-instance', 'common-semantic-segmentation']) {
    expect(masksOf((await read(await convert(root, to)))[0]!)).toEqual(masksOf((await read(root))[0]!));
  }
});

describe('the target', () => {
  const source = async (): Promise<string> => {
    const image = { fileName: 'a.jpg', width: 8, height: 6, bytes: await photograph(), instances: [block] };
    return write('coco', { categories: ['leaf'], subsets: { train: [image], 'fold 0': [] } });
  };

  it('is refused within the dataset that is read, which stays as it is', async () => {
    const root = await source();
    const before = await readdir(root, { recursive: true });
    const from = await findFormat(root, 'auto');
    for (const target of [join(root, 'out'), join(root, 'images', '..', 'new', 'out')])
      await expect(convertDataset({ root, from, target, to: 'datumaro' })).rejects.toMatchObject({
        code: 'data/DESTINATION',
        message: expect.stringContaining('lies in the dataset that is read'),
      });
    expect(await readdir(root, { recursive: true })).toEqual(before);
  });

  it('is refused where it holds files, and may be an empty folder', async () => {
    const root = await source();
    const target = place();
    await mkdir(target);
    const conversion = { root, from: await findFormat(root, 'auto'), target, to: 'datumaro' };
    await writeFile(join(target, 'thesis.txt'), 'mine');
    await expect(convertDataset(conversion)).rejects.toMatchObject({ code: 'data/DESTINATION' });
    await expect(convertDataset({ ...conversion, target: join(target, 'thesis.txt') })).rejects.toMatchObject({
      code: 'data/DESTINATION',
    });
    expect(await readdir(target)).toEqual(['thesis.txt']);
    await rm(join(target, 'thesis.txt'));
    await convertDataset(conversion);
    expect(await readdir(join(target, 'annotations'))).toEqual(['fold 0.json', 'train.json']);
  });

  it('is not there when reading fails, nor is anything beside it', async () => {
    const root = await source();
    const before = await readdir(folder);
    const onRead = (): void => {
      throw new Error('enough');
    };
    await expect(convert(root, 'voc-instance', { onRead })).rejects.toThrow('enough');
    expect(await readdir(folder)).toEqual(before);
  });

  it('is of a format that there is', async () => {
    await expect(convert(await source(), 'yolo')).rejects.toMatchObject({ code: 'data/FORMAT_NAME' });
    await expect(findFormat(folder, 'yolo')).rejects.toMatchObject({ code: 'data/FORMAT_NAME' });
  });
});

it('skips images of another size than declared', async () => {
  const image = { fileName: 'a.jpg', width: 9, height: 6, bytes: await photograph(), instances: [] };
  for (const from of layered) {
    const root = await write(from, { categories: [], subsets: { train: [image] } });
    const reasons: string[] = [];
    await convert(root, 'coco', { onRead: (item) => item.kind === 'skipped' && reasons.push(item.reason) });
    expect(reasons).toEqual(['image size differs from the declared one']);
  }
});
