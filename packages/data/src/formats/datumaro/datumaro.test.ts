import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  hugePng,
  makeDatasetFolders,
  photograph,
  readAll,
  readLines,
  type DatasetFolders,
  type Files,
} from '../dataset-folder.test.support.js';
import type { ReadOptions } from '../dataset-format.js';
import { emptyTallies, tally } from '../tally.js';
import { datumaro } from './datumaro.js';

/** A polygon of 12 pixels. */
const square = [1, 1, 5, 1, 5, 4, 1, 4];
const polygon = { type: 'polygon', id: 7, group: 0, label_id: 0, attributes: {}, z_order: 0, points: square };
const rle = { counts: '6<n0', size: [6, 8] };
const mask = { type: 'mask', id: 7, group: 0, label_id: 1, attributes: {}, rle };
const box = { type: 'bbox', id: 7, group: 0, label_id: 0, attributes: {}, bbox: [1, 1, 4, 3] };
const item = { id: 'a', annotations: [polygon], attr: {}, image: { path: 'a.jpg', size: [6, 8] } };
const categories = {
  label: {
    labels: [
      { name: 'leaf', parent: '' },
      { name: 'stem', parent: '' },
    ],
  },
};
const document = { dm_format_version: '1.0', media_type: 2, infos: {}, categories, items: [item] };
const whole = 'train/a: 1=leaf 12';

let made: DatasetFolders;
let files: Files;
beforeAll(async () => {
  made = await makeDatasetFolders();
  files = { 'annotations/train.json': document, 'images/train/a.jpg': await photograph() };
});
afterAll(() => made.remove());

const lines = async (more: Files = {}, options?: ReadOptions): Promise<string[]> =>
  readLines(datumaro, await made.put({ ...files, ...more }), options);
const withItems = (...items: unknown[]): Files => ({ 'annotations/train.json': { ...document, items } });
const withAnnotations = (...annotations: unknown[]): Files => withItems({ ...item, annotations });

describe('an instance', () => {
  it.each<[string, unknown[], string]>([
    ['is a polygon', [polygon], '1=leaf 12'],
    ['is a mask', [mask], '1=stem 12'],
    ['is a mask in plain run lengths', [{ ...mask, rle: { counts: [6, 12, 30], size: [6, 8] } }], '1=stem 12'],
    [
      'is all polygons of a group',
      [
        { ...polygon, group: 3 },
        { ...polygon, group: 3, points: [6, 0, 8, 0, 8, 1, 6, 1] },
      ],
      '1=leaf 14',
    ],
    ['is one polygon without a group', [polygon, polygon], '1=leaf 12, 2=leaf 12'],
    [
      'is one mask of a group',
      [
        { ...mask, group: 3 },
        { ...mask, group: 3 },
      ],
      '1=stem 12, 2=stem 12',
    ],
    [
      'is of one label',
      [
        { ...polygon, group: 3 },
        { ...polygon, group: 3, label_id: 1 },
      ],
      '1=leaf 12, 2=stem 12',
    ],
    ['needs no id, group or attributes', [{ type: 'polygon', label_id: 0, points: square }], '1=leaf 12'],
    ['may have nulls', [{ ...polygon, id: null, group: null, attributes: null, z_order: null }], '1=leaf 12'],
  ])('%s', async (_, annotations, expected) => {
    expect(await lines(withAnnotations(...annotations))).toEqual([`train/a: ${expected}`]);
  });

  it('is each polygon where that is asked for', async () => {
    const parts = withAnnotations({ ...polygon, group: 3 }, { ...polygon, group: 3 });
    expect(await lines(parts, { parts: 'separate' })).toEqual(['train/a: 1=leaf 12, 2=leaf 12']);
  });

  it('may be a crowd where that is asked for', async () => {
    const crowd = withAnnotations({ ...mask, attributes: { is_crowd: true } });
    expect(await lines(crowd)).toEqual(['annotation: crowd', 'image: no usable instance']);
    expect(await lines(crowd, { crowds: 'use' })).toEqual(['train/a: 1=stem 12']);
  });
});

describe('layout', () => {
  it('may have all images in one folder', async () => {
    expect(await lines({ 'images/train/a.jpg': undefined, 'images/a.jpg': await photograph() })).toEqual([whole]);
  });

  it('may be given as one file', async () => {
    const root = await made.put({ ...files, 'annotations/val.json': document, 'images/val/a.jpg': await photograph() });
    const items = await readAll(datumaro, join(root, 'annotations/val.json'));
    expect(items).toMatchObject([{ sample: { key: 'val/a' } }]);
  });

  it('has subsets by their names, train first', async () => {
    const more = { 'annotations/a.json': document, 'annotations/validation.json': document };
    expect(await lines({ ...more, 'images/a.jpg': await photograph() })).toEqual([
      'subset: subset not used',
      whole,
      whole.replace('train', 'val'),
    ]);
  });

  it('may leave out the path, or the size, and have folders in ids', async () => {
    expect(await lines(withItems({ ...item, image: {} }))).toEqual([whole]);
    expect(await lines(withItems({ ...item, image: { path: 'a.jpg', size: [0, 0] } }))).toEqual([whole]);
    const more = {
      ...withItems({ ...item, id: 's/ä', image: { path: 's/ä.jpg' } }),
      'images/s/ä.jpg': await photograph(),
    };
    expect(await lines(more)).toEqual(['train/s/ä: 1=leaf 12']);
  });

  it('may have a byte order mark, carriage returns, and no version', async () => {
    const text = JSON.stringify({ ...document, dm_format_version: undefined }, undefined, 1);
    expect(await lines({ 'annotations/train.json': `\ufeff${text.replaceAll('\n', '\r\n')}` })).toEqual([whole]);
  });
});

describe('an annotation that is no instance is skipped with its reason:', () => {
  const degenerate = 'no pixel inside the image';
  it.each<[string, unknown, string]>([
    ['box', box, 'box without mask'],
    ['label', { type: 'label', label_id: 0 }, 'not a mask'],
    ['caption', { type: 'caption', caption: 'hi' }, 'not a mask'],
    ['points', { type: 'points', label_id: 0, points: [1, 2] }, 'not a mask'],
    ['unknown type', { type: 'banana' }, 'not a mask'],
    ['no type', { label_id: 0 }, 'invalid annotation record'],
    ['null', null, 'invalid annotation record'],
    ['text', 'text', 'invalid annotation record'],
    ['polygon of two points', { ...polygon, points: [1, 1, 5, 1] }, 'invalid polygon'],
    ['polygon of an odd count', { ...polygon, points: square.slice(1) }, 'invalid polygon'],
    ['polygon without points', { ...polygon, points: undefined }, 'invalid polygon'],
    ['polygon of no points', { ...polygon, points: [] }, 'invalid polygon'],
    ['polygon of text', { ...polygon, points: 'text' }, 'invalid polygon'],
    ['polygon with null', { ...polygon, points: [null, ...square.slice(1)] }, 'invalid polygon'],
    ['polygon far away', { ...polygon, points: [1e300, ...square.slice(1)] }, 'invalid polygon'],
    ['polygon beside the image', { ...polygon, points: [20, 20, 30, 20, 30, 30] }, degenerate],
    ['polygon on a line', { ...polygon, points: [1, 1, 3, 3, 5, 5] }, degenerate],
    ['mask without RLE', { ...mask, rle: undefined }, 'invalid RLE'],
    ['mask of null', { ...mask, rle: null }, 'invalid RLE'],
    ['mask of a list', { ...mask, rle: [] }, 'invalid RLE'],
    ['mask without counts', { ...mask, rle: { size: [6, 8] } }, 'invalid RLE'],
    ['mask without size', { ...mask, rle: { counts: '6<n0' } }, 'invalid RLE'],
    ['mask turned', { ...mask, rle: { ...rle, size: [8, 6] } }, 'RLE size differs from the image'],
    ['mask of a huge size', { ...mask, rle: { ...rle, size: [1e6, 1e6] } }, 'RLE size differs from the image'],
    ['mask cut short', { ...mask, rle: { ...rle, counts: '6<n' } }, 'invalid RLE'],
    ['mask of foreign characters', { ...mask, rle: { ...rle, counts: '\u0000 ~' } }, 'invalid RLE'],
    ['mask that overflows', { ...mask, rle: { ...rle, counts: [2 ** 53, 1] } }, 'invalid RLE'],
    ['empty mask', { ...mask, rle: { ...rle, counts: [48] } }, degenerate],
    ['label past the list', { ...polygon, label_id: 2 }, 'unknown category'],
    ['negative label', { ...polygon, label_id: -1 }, 'unknown category'],
    ['fraction for a label', { ...polygon, label_id: 0.5 }, 'unknown category'],
    ['no label', { ...polygon, label_id: null }, 'unknown category'],
    ['label like a prototype', { ...polygon, label_id: '__proto__' }, 'unknown category'],
  ])('%s', async (_, annotation, reason) => {
    expect(await lines(withAnnotations(annotation))).toEqual([`annotation: ${reason}`, 'image: no usable instance']);
    expect(await lines(withAnnotations(annotation, polygon))).toContain('train/a: 2=leaf 12');
  });

  it('a box beside its mask', async () => {
    expect(await lines(withAnnotations({ ...box, group: 2 }, { ...mask, group: 2 }))).toEqual([
      'annotation: not a mask',
      'train/a: 2=stem 12',
    ]);
  });
});

describe("an image that can't be used is skipped with its reason:", () => {
  const image = (more: object): Files => withItems({ ...item, image: { ...item.image, ...more } });
  const after = 'annotation: image skipped x1';
  it.each<[string, () => Files | Promise<Files>, string | readonly string[]]>([
    [
      'file missing',
      () => ({ 'images/train/a.jpg': undefined, 'images/b.jpg': '' }),
      ['image: image file missing', after],
    ],
    ['no image', () => withItems({ id: 'a', annotations: [] }), 'image: invalid image record'],
    ['no id', () => withItems({ ...item, id: undefined }), 'image: invalid image record'],
    ['number for an id', () => withItems({ ...item, id: 1 }), 'image: invalid image record'],
    ['null', () => withItems(null), 'image: invalid image record'],
    ['path of a number', () => image({ path: 1 }), 'image: invalid image record'],
    ['size of text', () => image({ size: ['6', '8'] }), 'image: invalid image record'],
    ['negative size', () => image({ size: [-6, 8] }), 'image: invalid image record'],
    ['size of one', () => image({ size: [6] }), 'image: invalid image record'],
    ['huge size', () => image({ size: [30_000, 30_000] }), ['image: image too large', after]],
    [
      'huge image',
      async () => ({ ...image({ size: null }), 'images/train/a.jpg': await hugePng() }),
      ['image: image too large', after],
    ],
    [
      'image of text',
      () => ({ ...image({ size: null }), 'images/train/a.jpg': 'text' }),
      ['image: image file unreadable', after],
    ],
    ['path that climbs', () => image({ path: '../../a.jpg' }), ['image: path outside the dataset', after]],
    ['path that climbs back', () => image({ path: 'x/../a.jpg' }), ['image: path outside the dataset', after]],
    ['absolute path', () => image({ path: '/etc/hostname' }), ['image: path outside the dataset', after]],
    ['path with a drive', () => image({ path: 'C:\\a.jpg' }), ['image: path outside the dataset', after]],
    [
      'link outside',
      () => ({ 'images/train/a.jpg': { link: '/etc/hostname' } }),
      ['image: path outside the dataset', after],
    ],
    ['doubled id', () => withItems(item, item), [whole, 'image: duplicate image', after]],
    ['no annotations', () => withItems({ ...item, annotations: null }), 'image: no usable instance'],
  ])('%s', async (_, more, expected) => {
    expect(await lines(await more())).toEqual([expected].flat());
  });
});

describe('a file that is no Datumaro file is an error that names it:', () => {
  it.each<[string, unknown, string]>([
    ['cut short', '{"items": [', 'JSON_SYNTAX'],
    ['NaN', JSON.stringify(document).replace('[1,1,', '[NaN,1,'), 'JSON_SYNTAX'],
    ['text after the end', `${JSON.stringify(document)} x`, 'JSON_SYNTAX'],
    ['no text', Uint8Array.of(0xff, 0xfe), 'FILE_UNREADABLE'],
    ['a list', [], 'DATUMARO_STRUCTURE'],
    ['without items', { categories }, 'DATUMARO_STRUCTURE'],
    ['without categories', { items: [] }, 'DATUMARO_STRUCTURE'],
    ['items as an object', { ...document, items: {} }, 'DATUMARO_STRUCTURE'],
    ['labels as an object', { ...document, categories: { label: { labels: {} } } }, 'DATUMARO_STRUCTURE'],
    ['a label without name', { ...document, categories: { label: { labels: [{}] } } }, 'DATUMARO_STRUCTURE'],
    ['a link outside', { link: '/etc/hostname' }, 'FILE_UNREADABLE'],
  ])('%s', async (_, content, code) => {
    await expect(lines({ 'annotations/train.json': content })).rejects.toMatchObject({
      code: `data/${code}`,
      message: expect.stringContaining('train.json') as string,
    });
  });

  it('none at all', async () => {
    const root = await made.put({ 'annotations/instances_train.json': document });
    expect(await datumaro.detect(root)).toBeUndefined();
    await expect(readAll(datumaro, root)).rejects.toMatchObject({ code: 'data/DATUMARO_NOT_FOUND' });
    await expect(readAll(datumaro, `${root}/nowhere`)).rejects.toMatchObject({ code: 'data/DATASET_FOLDER' });
  });
});

it('categories are the labels, which all subsets must share', async () => {
  const root = await made.put(files);
  expect(await datumaro.categories(root)).toEqual(['leaf', 'stem']);
  const other = { ...document, categories: { label: { labels: [{ name: 'stem' }, { name: 'leaf' }] } } };
  const mixed = await made.put({ ...files, 'annotations/val.json': other });
  await expect(datumaro.categories(mixed)).rejects.toMatchObject({ code: 'data/CATEGORIES_DIFFER' });
});

it('is detected by how its files start', async () => {
  const root = await made.put(files);
  expect(await datumaro.detect(root)).toEqual({
    format: 'datumaro',
    reason: "found train.json, and train.json starts as Datumaro's files do",
  });
  const other = await made.put({ 'annotations/train.json': { images: [], annotations: [], categories: [] } });
  expect(await datumaro.detect(other)).toBeUndefined();
});

it('what is read is used or skipped', async () => {
  const root = await made.put({ ...files, ...withItems({ ...item, annotations: [polygon, box, mask] }, item) });
  const counts = (await readAll(datumaro, root)).reduce(tally, emptyTallies);
  expect(counts.image).toEqual({ read: 2, used: 1, skipped: { 'duplicate image': 1 } });
  expect(counts.annotation).toEqual({ read: 4, used: 2, skipped: { 'box without mask': 1, 'image skipped': 1 } });
});
