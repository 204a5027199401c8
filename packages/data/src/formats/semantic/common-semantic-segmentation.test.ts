import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  bitsPng,
  coloursPng,
  hugePng,
  makeDatasetFolders,
  numbersOf,
  numbersPng,
  photograph,
  readAll,
  readLines,
  replaced,
  type DatasetFolders,
  type Files,
} from '../dataset-folder.test.support.js';
import type { ReadOptions } from '../dataset-format.js';
import { emptyTallies, tally } from '../tally.js';
import { commonSemanticSegmentation as format } from './common-semantic-segmentation.js';

const classes = numbersOf('00000000', '01110000', '01110200', '01110220', '00000000', '22200000');
const colours = ['#000000', '#0ac80a', '#783c14'];
const meta = {
  label_map: { 0: 'soil', 1: 'leaf', 2: 'stem' },
  segmentation_colors: [
    [0, 0, 0],
    [10, 200, 10],
    [120, 60, 20],
  ],
  background_label: '0',
};
const whole = ['annotation: background', 'train/a: 1=leaf 9, 2=stem 6'];
const asTrain: ReadOptions = { subsets: { train: 'default' } };

let made: DatasetFolders;
let files: Files;
beforeAll(async () => {
  made = await makeDatasetFolders();
  files = {
    'dataset_meta.json': meta,
    'images/a.jpg': await photograph(),
    'masks/a.png': await numbersPng(classes),
  };
});
afterAll(() => made.remove());

const lines = async (more: Files = {}, options?: ReadOptions): Promise<string[]> =>
  readLines(format, await made.put({ ...files, ...more }), { ...asTrain, ...options });

describe('an instance', () => {
  it('is a class of an image', async () => {
    expect(await lines()).toEqual(whole);
  });

  it('is a connected region where that is asked for', async () => {
    expect(await lines({}, { instances: 'components' })).toEqual([
      'annotation: background',
      'train/a: 1=leaf 9, 2=stem 3, 3=stem 3',
    ]);
  });

  it('may be the background, or of any label that the file calls so', async () => {
    expect(await lines({}, { background: 'use' })).toEqual(['train/a: 0=soil 33, 1=leaf 9, 2=stem 6']);
    expect(await lines({ 'dataset_meta.json': { ...meta, background_label: '2' } })).toEqual([
      'annotation: background',
      'train/a: 0=soil 33, 1=leaf 9',
    ]);
  });
});

describe('masks', () => {
  it.each<[string, () => Promise<Files>]>([
    ['painted', async () => ({ 'masks/a.png': await coloursPng(classes, colours) })],
    ['with a palette', async () => ({ 'masks/a.png': await coloursPng(classes, colours, { palette: true }) })],
    ['16 bits wide', async () => ({ 'masks/a.png': await numbersPng(classes, 8, true) })],
    ['in upper case', async () => ({ 'masks/a.png': undefined, 'masks/a.PNG': await numbersPng(classes) })],
    [
      'as TIFF',
      async () => ({
        'masks/a.png': undefined,
        'masks/a.tif': await sharp(await numbersPng(classes))
          .toColourspace('b-w')
          .tiff({ compression: 'lzw' })
          .toBuffer(),
      }),
    ],
  ])('may be %s', async (_, more) => {
    expect(await lines(await more())).toEqual(whole);
  });

  it('may be of one bit', async () => {
    const png = bitsPng(classes.map((label) => (label === 1 ? 1 : 0)));
    expect(await lines({ 'masks/a.png': png })).toEqual(['annotation: background', 'train/a: 1=leaf 9']);
  });

  it('may mark void with 255', async () => {
    const edged = await numbersPng(classes.with(9, 255));
    expect(await lines({ 'masks/a.png': edged })).toEqual([
      'annotation: background',
      'annotation: void',
      'train/a: 1=leaf 8, 2=stem 6',
    ]);
  });

  it('may be as an image is turned by EXIF', async () => {
    const turned = await sharp(await photograph(6, 8))
      .withMetadata({ orientation: 6 })
      .jpeg()
      .toBuffer();
    const items = await readAll(format, await made.put({ ...files, 'images/a.jpg': turned }), asTrain);
    expect(items.at(-1)).toMatchObject({ sample: { image: { width: 8, height: 6 } } });
  });
});

describe('layout', () => {
  it('may have a folder for each subset', async () => {
    const subset = (name: string) =>
      Object.fromEntries(Object.entries(files).map(([path, file]) => [`${name}/${path}`, file]));
    const root = await made.put({ ...subset('valid'), ...subset('train'), ...subset('extra') });
    expect(await readLines(format, root)).toEqual([
      'subset: subset not used',
      ...whole,
      ...whole.map((line) => line.replace('train', 'val')),
    ]);
    expect(await format.detect(root)).toMatchObject({
      reason: expect.stringContaining('extra, train, valid') as string,
    });
    expect(await format.categories(root)).toEqual(['soil', 'leaf', 'stem']);
  });

  it('must have the same labels in all subsets', async () => {
    const subset = (name: string, labels: readonly string[]) => ({
      [`${name}/dataset_meta.json`]: { labels },
      [`${name}/images/a.jpg`]: '',
      [`${name}/masks/a.png`]: '',
    });
    const root = await made.put({ ...subset('train', ['a', 'b']), ...subset('val', ['b', 'a']) });
    await expect(readAll(format, root)).rejects.toMatchObject({ code: 'data/CATEGORIES_DIFFER' });
  });

  it('without subsets needs to be told what it is for', async () => {
    await expect(lines({}, { subsets: {} })).rejects.toThrow('subsets: { train: default }');
  });

  it('may have prefixes and folders, paired by path', async () => {
    const nested = {
      'images/a.jpg': undefined,
      'masks/a.png': undefined,
      'images/s/im_a.jpg': await photograph(),
      'masks/s/gt_a.png': await numbersPng(classes),
      'images/notes.jpg': await photograph(),
      'masks/gt_.png': await numbersPng(classes),
    };
    expect(await lines(nested, { imagePrefix: 'im_', maskPrefix: 'gt_' })).toEqual([
      whole[0],
      'train/s/a: 1=leaf 9, 2=stem 6',
    ]);
  });

  it('is read in the order of names', async () => {
    const more = { 'images/B.jpg': await photograph(), 'masks/B.png': await numbersPng(classes) };
    expect((await lines(more)).filter((line) => line.startsWith('train')).map((line) => line.split(':')[0])).toEqual([
      'train/B',
      'train/a',
    ]);
  });
});

describe('a bad image or mask is skipped with its reason:', () => {
  it.each<[string, () => Files | Promise<Files>, string | readonly string[]]>([
    ['no image', () => ({ 'images/a.jpg': undefined, 'images/notes.txt': '' }), 'image: image file missing'],
    ['no mask', () => ({ 'masks/a.png': undefined, 'masks/notes.txt': '' }), 'image: mask file missing'],
    ['image of text', () => ({ 'images/a.jpg': 'text' }), 'image: image file unreadable'],
    ['empty image', () => ({ 'images/a.jpg': '' }), 'image: image file unreadable'],
    ['huge image', async () => ({ 'images/a.jpg': await hugePng() }), 'image: image too large'],
    ['linked image', () => ({ 'images/a.jpg': { link: '/etc/hostname' } }), 'image: path outside the dataset'],
    ['mask of text', () => ({ 'masks/a.png': 'text' }), 'image: mask file unreadable'],
    ['empty mask', () => ({ 'masks/a.png': '' }), 'image: mask file unreadable'],
    ['huge mask', async () => ({ 'masks/a.png': await hugePng() }), 'image: mask file unreadable'],
    ['linked mask', () => ({ 'masks/a.png': { link: '/etc/hostname' } }), 'image: path outside the dataset'],
    [
      'mask cut short',
      async () => ({ 'masks/a.png': (await numbersPng(classes)).slice(0, -20) }),
      'image: mask file unreadable',
    ],
    [
      'mask of another size',
      async () => ({ 'masks/a.png': await numbersPng(classes, 4) }),
      'image: mask size differs from the image',
    ],
    [
      'mask turned, image not',
      async () => ({ 'masks/a.png': await numbersPng(classes, 6) }),
      'image: mask size differs from the image',
    ],
    [
      'number of no label',
      async () => ({ 'masks/a.png': await numbersPng(replaced(classes, 2, 9)) }),
      ['annotation: background', 'annotation: unknown category x1', 'train/a: 1=leaf 9'],
    ],
    [
      '16-bit number of no label',
      async () => ({
        'masks/a.png': await numbersPng(replaced(classes, 2, 258), 8, true),
      }),
      ['annotation: background', 'annotation: unknown category x1', 'train/a: 1=leaf 9'],
    ],
    [
      'two colours of no label',
      async () => ({ 'masks/a.png': await coloursPng(classes, ['#000001', '#0ac80a', '#010203']) }),
      ['annotation: unknown category x2', 'train/a: 1=leaf 9'],
    ],
    [
      'background alone',
      async () => ({ 'masks/a.png': await numbersPng(classes.map(() => 0)) }),
      ['annotation: background', 'image: no usable instance'],
    ],
    [
      'void alone',
      async () => ({ 'masks/a.png': await numbersPng(classes.map(() => 255)) }),
      ['annotation: void', 'image: no usable instance'],
    ],
  ])('%s', async (_, more, expected) => {
    expect(await lines(await more())).toEqual([expected].flat());
  });
});

describe('a meta file is refused if it is', () => {
  it.each<[string, unknown, string]>([
    ['cut short', '{"labels": [', 'JSON_SYNTAX'],
    ['no text', Uint8Array.of(0xff), 'FILE_UNREADABLE'],
    ['empty', '', 'JSON_SYNTAX'],
    ['a list', [], 'DATASET_META'],
    ['without names', { labels: [''] }, 'DATASET_META'],
    ['with a list for a map', { label_map: ['a'] }, 'DATASET_META'],
    ['with colours of four', { labels: ['a'], segmentation_colors: [[0, 0, 0, 0]] }, 'DATASET_META'],
    ['with a colour below 0', { labels: ['a'], segmentation_colors: [[0, 0, -1]] }, 'DATASET_META'],
    ['a link out of the dataset', { link: '/etc/hostname' }, 'FILE_UNREADABLE'],
  ])('%s', async (_, content, code) => {
    await expect(lines({ 'dataset_meta.json': content })).rejects.toMatchObject({ code: `data/${code}` });
  });

  it('but may have a byte order mark, no colours, or a colour missing', async () => {
    const text = `\ufeff${JSON.stringify({ labels: ['soil', 'leaf', 'stem'] })}`.replaceAll(',', ',\r\n');
    expect(await lines({ 'dataset_meta.json': text })).toEqual(whole);
    const some = { ...meta, segmentation_colors: [[0, 0, 0], null] };
    expect(await lines({ 'dataset_meta.json': some })).toEqual(whole);
  });

  it('and keys of prototypes in it do no harm', async () => {
    const text = JSON.stringify(meta).replace('{', '{"__proto__": {"polluted": 1}, ');
    expect(await lines({ 'dataset_meta.json': text })).toEqual(whole);
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
  });
});

describe('no dataset', () => {
  it.each<[string, Files]>([
    ['without meta', { 'dataset_meta.json': undefined }],
    ['without images and masks', { 'masks/a.png': undefined, 'images/a.jpg': undefined }],
  ])('%s', async (_, more) => {
    const root = await made.put({ 'readme.txt': '', ...files, ...more });
    expect(await format.detect(root)).toBeUndefined();
    await expect(readAll(format, root)).rejects.toMatchObject({ code: 'data/SEMANTIC_NOT_FOUND' });
  });

  it.each<[string, Files, string]>([
    ['without masks', { 'masks/a.png': undefined }, 'image: mask file missing'],
    ['without images', { 'images/a.jpg': undefined }, 'image: image file missing'],
  ])('is detected %s, but what there is, is told of', async (_, more, line) => {
    expect(await format.detect(await made.put({ ...files, ...more }))).toBeUndefined();
    expect(await lines(more)).toEqual([line]);
  });

  it('at all', async () => {
    const nowhere = join(made.folder, 'nowhere');
    await expect(readAll(format, nowhere)).rejects.toMatchObject({ code: 'data/DATASET_FOLDER' });
  });

  it('in a folder that is a link outside', async () => {
    const more = { 'images/a.jpg': undefined, images: { link: '/etc' } };
    await expect(lines(more)).rejects.toMatchObject({ code: 'data/FILE_UNREADABLE' });
  });
});

it('what is read is used or skipped', async () => {
  const root = await made.put({ ...files, 'images/b.jpg': await photograph() });
  const counts = (await readAll(format, root, asTrain)).reduce(tally, emptyTallies);
  expect(counts.image).toEqual({ read: 2, used: 1, skipped: { 'mask file missing': 1 } });
  expect(counts.annotation).toEqual({ read: 3, used: 2, skipped: { background: 1 } });
});
