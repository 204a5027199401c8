import { symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { emptyTallies, tally } from '../tally.js';
import {
  annotation,
  categories,
  document,
  image,
  makeCocoFolder,
  square,
  type CocoFolder,
} from './coco-folder.test.support.js';

let made: CocoFolder;
beforeAll(async () => {
  made = await makeCocoFolder();
});
afterAll(() => made.remove());
beforeEach(() => {
  made.next();
});

describe('a usable annotation', () => {
  const usable = async (segmentation: unknown, more: object = {}): Promise<string[]> => {
    const annotations = [{ ...annotation, ...more, segmentation }];
    await made.put({
      'images/train/a.png': made.png,
      'annotations/instances_train.json': { ...document, annotations },
    });
    return made.readLines();
  };

  it.each([
    ['a polygon', [square], 12],
    ['several polygons, as one instance', [square, [6, 0, 8, 0, 8, 1, 6, 1]], 14],
    ['a polygon that leaves the image', [[-5, 3, 50, 3, 50, 99, -5, 99]], 24],
    ['a polygon of strings', [square.map(String)], 12],
    ['run lengths', { counts: [6, 12, 30], size: [6, 8] }, 12],
    ['compressed run lengths', { counts: '6<n0', size: [6, 8] }, 12],
  ])('may have %s', async (_, segmentation, area) => {
    expect(await usable(segmentation)).toEqual([`train/a: 1=${area}`]);
  });

  it('may lack iscrowd, box and area', async () => {
    expect(await usable([square], { iscrowd: undefined, bbox: undefined, area: undefined })).toEqual(['train/a: 1=12']);
  });

  it('may have ids that are strings', async () => {
    expect(await usable([square], { id: 'x', image_id: '1', category_id: '1' })).toEqual(['train/a: x=12']);
  });
});

describe('a box without mask', () => {
  it.each<[string, object, string]>([
    ['is all of its box', { bbox: [1, 1, 4, 3] }, 'train/a: 1=12'],
    ['is cut at the image', { bbox: [6, 4, 100, 100] }, 'train/a: 1=4'],
    ['may be of strings', { bbox: ['1', '1', '4', '3'] }, 'train/a: 1=12'],
    ['counts for nothing beside a mask', { bbox: [0, 0, 1, 1], segmentation: [square] }, 'train/a: 1=12'],
    ['is skipped without a box', {}, 'annotation: box without mask'],
    ['is skipped where its box is empty', { bbox: [1, 1, 0, 3] }, 'annotation: invalid annotation record'],
    ['is skipped where its box is no box', { bbox: [1, 1, 4] }, 'annotation: invalid annotation record'],
    ['is skipped where its box is no number', { bbox: [1, null, 4, 3] }, 'annotation: invalid annotation record'],
    ['is skipped where its box has no end', { bbox: [1, 1, 1e300, 3] }, 'annotation: invalid annotation record'],
    ['is skipped beside the image', { bbox: [20, 20, 4, 3] }, 'annotation: no pixel inside the image'],
  ])('%s, where boxes are asked for', async (_, box, line) => {
    const annotations = [{ ...annotation, segmentation: undefined, ...box }];
    await made.put({
      'images/train/a.png': made.png,
      'annotations/instances_train.json': { ...document, annotations },
    });
    expect((await made.readLines({ boxes: 'use' }))[0]).toBe(line);
  });
});

describe('a bad annotation is skipped with its reason:', () => {
  it.each<[string, object, string]>([
    ['no segmentation', { segmentation: undefined }, 'box without mask'],
    ['null segmentation', { segmentation: null }, 'box without mask'],
    ['empty segmentation', { segmentation: [] }, 'box without mask'],
    ['empty part', { segmentation: [[]] }, 'box without mask'],
    ['text as segmentation', { segmentation: 'abc' }, 'invalid annotation record'],
    ['coordinates without a part', { segmentation: square }, 'invalid polygon'],
    ['odd number of coordinates', { segmentation: [square.slice(1)] }, 'invalid polygon'],
    ['two points', { segmentation: [square.slice(4)] }, 'invalid polygon'],
    ['one bad part of two', { segmentation: [square, [1, 1]] }, 'invalid polygon'],
    ['null coordinate', { segmentation: [[null, ...square.slice(1)]] }, 'invalid polygon'],
    ['NaN as text', { segmentation: [['NaN', ...square.slice(1)]] }, 'invalid polygon'],
    ['coordinate past the rasteriser', { segmentation: [[1e300, ...square.slice(1)]] }, 'invalid polygon'],
    ['polygon beside the image', { segmentation: [[20, 20, 30, 20, 30, 30]] }, 'no pixel inside the image'],
    ['points on a line', { segmentation: [[1, 1, 3, 3, 5, 5]] }, 'no pixel inside the image'],
    ['all zeros', { segmentation: { counts: [48], size: [6, 8] } }, 'no pixel inside the image'],
    ['runs too short', { segmentation: { counts: [6, 12], size: [6, 8] } }, 'invalid RLE'],
    ['runs too long', { segmentation: { counts: [6, 12, 60], size: [6, 8] } }, 'invalid RLE'],
    ['negative run', { segmentation: { counts: [6, -1, 43], size: [6, 8] } }, 'invalid RLE'],
    ['run that overflows', { segmentation: { counts: [2 ** 53, 1], size: [6, 8] } }, 'invalid RLE'],
    ['run of text', { segmentation: { counts: ['6', 42], size: [6, 8] } }, 'invalid RLE'],
    ['malformed string', { segmentation: { counts: '6<n', size: [6, 8] } }, 'invalid RLE'],
    ['string with foreign characters', { segmentation: { counts: '6 \u0000', size: [6, 8] } }, 'invalid RLE'],
    ['no counts', { segmentation: { size: [6, 8] } }, 'invalid RLE'],
    ['no size', { segmentation: { counts: [6, 12, 30] } }, 'invalid RLE'],
    ['size turned', { segmentation: { counts: [6, 12, 30], size: [8, 6] } }, 'RLE size differs from the image'],
    ['huge size', { segmentation: { counts: [1e12], size: [1e6, 1e6] } }, 'RLE size differs from the image'],
    ['crowd', { iscrowd: 1 }, 'crowd'],
    ['crowd as boolean', { iscrowd: true }, 'crowd'],
    ['unknown category', { category_id: 2 }, 'unknown category'],
    ['no category', { category_id: undefined }, 'unknown category'],
    ['category like a prototype', { category_id: '__proto__' }, 'unknown category'],
    ['no id', { id: undefined }, 'invalid annotation record'],
    ['id that is an object', { id: {} }, 'invalid annotation record'],
    ['doubled id', { id: 9 }, 'duplicate annotation'],
    ['unknown image', { image_id: 77 }, 'image not listed'],
    ['no image', { image_id: null }, 'invalid annotation record'],
  ])('%s', async (_, bad, reason) => {
    const good = { ...annotation, id: 9 };
    const annotations = [good, { ...annotation, ...bad }];
    await made.put({
      'images/train/a.png': made.png,
      'annotations/instances_train.json': { ...document, annotations },
    });
    expect((await made.readLines()).sort()).toEqual([`annotation: ${reason}`, 'train/a: 9=12'].sort());
  });

  it.each([[null], [7], ['text'], [[]]])('an entry that is %j', async (entry) => {
    const annotations = [annotation, entry];
    await made.put({
      'images/train/a.png': made.png,
      'annotations/instances_train.json': { ...document, annotations },
    });
    expect(await made.readLines()).toEqual(['train/a: 1=12', 'annotation: invalid annotation record']);
  });
});

describe('a bad image is skipped with its reason, and its annotations with it:', () => {
  it.each<[string, object, string]>([
    ['missing file', { file_name: 'b.png' }, 'image file missing'],
    ['missing folder', { file_name: 'sub/a.png' }, 'image file missing'],
    ['folder instead of a file', { file_name: 'folder' }, 'image file missing'],
    ['parent folder', { file_name: '../../secret.png' }, 'path outside the dataset'],
    ['parent folder in the middle', { file_name: 'sub/../../../secret.png' }, 'path outside the dataset'],
    ['parent folder with backslashes', { file_name: '..\\..\\secret.png' }, 'path outside the dataset'],
    ['absolute path', { file_name: '/etc/passwd' }, 'path outside the dataset'],
    ['drive', { file_name: 'C:\\a.png' }, 'path outside the dataset'],
    ['network share', { file_name: '\\\\host\\share\\a.png' }, 'path outside the dataset'],
    ['NUL', { file_name: 'a.png\0' }, 'path outside the dataset'],
    ['dots alone', { file_name: '..' }, 'path outside the dataset'],
    ['link that leads outside', { file_name: 'link.png' }, 'path outside the dataset'],
    ['link to a link that leads outside', { file_name: 'chain.png' }, 'path outside the dataset'],
    ['folder link that leads outside', { file_name: 'away/secret.png' }, 'path outside the dataset'],
    ['dead link', { file_name: 'dead.png' }, 'path outside the dataset'],
    ['no size and no image inside', { file_name: 'text.png', width: 0, height: 0 }, 'image file unreadable'],
    ['size of an enormous image', { width: 100_000, height: 100_000 }, 'image too large'],
  ])('%s', async (_, bad, reason) => {
    await made.put({
      'images/train/a.png': made.png,
      'images/train/text.png': 'text',
      'images/train/folder/x.png': made.png,
      '../outside/secret.png': made.png,
      'annotations/instances_train.json': { ...document, images: [{ ...image, ...bad }] },
    });
    await symlink(join(made.folder, 'outside', 'secret.png'), join(made.root(), 'images/train/link.png'));
    await symlink(join(made.root(), 'images/train/link.png'), join(made.root(), 'images/train/chain.png'));
    await symlink(join(made.folder, 'outside'), join(made.root(), 'images/train/away'));
    await symlink(join(made.root(), 'nowhere'), join(made.root(), 'images/train/dead.png'));
    expect(await made.readLines()).toEqual([`image: ${reason}`, 'annotation: image skipped x1']);
  });

  it.each<[string, unknown]>([
    ['no id', { ...image, id: undefined }],
    ['no file name', { ...image, file_name: undefined }],
    ['negative size', { ...image, width: -8 }],
    ['fractional size', { ...image, width: 8.5 }],
    ['nothing', null],
  ])('record with %s', async (_, record) => {
    await made.put({
      'images/train/a.png': made.png,
      'annotations/instances_train.json': { ...document, images: [record] },
    });
    expect(await made.readLines()).toEqual(['image: invalid image record', 'annotation: image not listed']);
  });

  it('id or file name of an image before it', async () => {
    const images = [image, { ...image, file_name: 'b.png' }, { ...image, id: 2 }];
    const annotations = [annotation, { ...annotation, id: 2, image_id: 2 }];
    await made.put({
      'images/train/a.png': made.png,
      'images/train/b.png': made.png,
      'annotations/instances_train.json': { images, annotations, categories },
    });
    expect(await made.readLines()).toEqual([
      'train/a: 1=12',
      'image: duplicate image',
      'image: duplicate image',
      'annotation: image skipped x1',
    ]);
  });

  it('no instance left', async () => {
    const annotations = [{ ...annotation, iscrowd: 1 }];
    await made.put({
      'images/train/a.png': made.png,
      'annotations/instances_train.json': { ...document, annotations },
    });
    expect(await made.readLines()).toEqual(['annotation: crowd', 'image: no usable instance']);
  });
});

it('uses crowds if asked to', async () => {
  const annotations = [{ ...annotation, iscrowd: 1 }];
  await made.put({ 'images/train/a.png': made.png, 'annotations/instances_train.json': { ...document, annotations } });
  expect(await made.readLines({ crowds: 'use' })).toEqual(['train/a: 1=12']);
});

it('takes the size from the file where none is declared', async () => {
  const images = [{ ...image, width: undefined, height: undefined }];
  await made.put({ 'images/train/a.png': made.png, 'annotations/instances_train.json': { ...document, images } });
  expect(await made.read()).toMatchObject([{ sample: { image: { width: 8, height: 6 } } }]);
});

it('follows links within the dataset, nested folders, and names in another Unicode form', async () => {
  const names = ['link.png', 'sub/b.png', 'caf\u0065\u0301.png'];
  await made.put({
    'images/train/a.png': made.png,
    'images/train/sub/b.png': made.png,
    'images/train/caf\u00e9.png': made.png,
    'annotations/instances_train.json': {
      images: names.map((name, i) => ({ ...image, id: i, file_name: name })),
      annotations: names.map((_, i) => ({ ...annotation, id: i, image_id: i })),
      categories,
    },
  });
  await symlink('a.png', join(made.root(), 'images/train/link.png'));
  expect(await made.readLines()).toEqual(['train/link: 0=12', 'train/sub/b: 1=12', 'train/caf\u0065\u0301: 2=12']);
});

it('tells images of one name but different extensions apart', async () => {
  await made.put({
    'images/train/a.png': made.png,
    'images/train/a.jpg': made.png,
    'annotations/instances_train.json': {
      images: [image, { ...image, id: 2, file_name: 'a.jpg' }],
      annotations: [annotation, { ...annotation, image_id: 2 }],
      categories,
    },
  });
  expect(await made.readLines()).toEqual(['train/a: 1=12', 'train/a.jpg: 1=12']);
});

it('tells of every listed image and annotation exactly once', async () => {
  const images = Array.from({ length: 60 }, (_, i) => ({
    ...image,
    id: i % 17 === 0 ? 0 : i,
    file_name: i % 5 === 0 ? 'missing.png' : i % 7 === 0 ? '../x.png' : `${i}.png`,
  }));
  const annotations = Array.from({ length: 400 }, (_, i) => ({
    ...annotation,
    id: i % 31 === 0 ? undefined : i % 37,
    image_id: i % 71,
    category_id: i % 11 === 0 ? 5 : 1,
    iscrowd: i % 13 === 0 ? 1 : 0,
    segmentation: i % 3 === 0 ? [square] : i % 3 === 1 ? [] : [[0, 0, 1, 1]],
  }));
  await made.put({
    ...Object.fromEntries(images.map((_, i) => [`images/train/${i}.png`, made.png])),
    'annotations/instances_train.json': { images, annotations, categories },
  });
  const counts = (await made.read()).reduce(tally, emptyTallies);
  for (const [unit, total] of [
    ['image', 60],
    ['annotation', 400],
  ] as const) {
    const { read: all, used, skipped } = counts[unit];
    expect(all).toBe(total);
    expect(used + Object.values(skipped).reduce((sum, n) => sum + n, 0)).toBe(total);
    expect(used).toBeGreaterThan(0);
  }
});
