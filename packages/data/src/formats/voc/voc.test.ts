import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  coloursPng,
  hugePng,
  makeDatasetFolders,
  numbersOf,
  numbersPng,
  readAll,
  readLines,
  replaced,
  type DatasetFolders,
  type Files,
} from '../dataset-folder.test.support.js';
import type { ReadOptions } from '../dataset-format.js';
import { emptyTallies, tally } from '../tally.js';
import { classes, objects, vocFiles, whole } from './voc-files.test.support.js';
import { vocInstance, vocSemantic } from './voc.js';

const vocColours = ['#000000', '#800000', '#008000', '#808000'];

let made: DatasetFolders;
let files: Files;
beforeAll(async () => {
  made = await makeDatasetFolders();
  files = await vocFiles();
});
afterAll(() => made.remove());

const lines = async (more: Files = {}, options?: ReadOptions): Promise<string[]> =>
  readLines(vocInstance, await made.put({ ...files, ...more }), options);

describe('an instance', () => {
  it('is one object, of its class', async () => {
    expect(await lines()).toEqual([whole]);
  });

  it('is one class and image for voc-semantic, in the order of labels', async () => {
    expect(await readLines(vocSemantic, await made.put(files))).toEqual([
      'annotation: background',
      'train/a: 8=cat 6, 15=person 9',
    ]);
  });

  it('is one connected region of a class where that is asked for', async () => {
    expect(await readLines(vocSemantic, await made.put(files), { instances: 'components' })).toEqual([
      'annotation: background',
      'train/a: 1=person 9, 2=cat 3, 3=cat 3',
    ]);
  });

  it('is one class where an image has no object mask', async () => {
    expect(await lines({ 'SegmentationObject/a.png': undefined })).toEqual([
      'annotation: background',
      'train/a: 8=cat 6, 15=person 9',
    ]);
  });

  it('may be the background, if that is asked for', async () => {
    const root = await made.put(files);
    expect(await readLines(vocSemantic, root, { background: 'use' })).toEqual([
      'train/a: 0=background 33, 8=cat 6, 15=person 9',
    ]);
  });
});

describe('mask images', () => {
  it('may be painted', async () => {
    const painted = numbersOf('00000000', '01110000', '01110200', '01110220', '00000000', '22200000');
    for (const palette of [false, true]) {
      const more = {
        'SegmentationClass/a.png': await coloursPng(painted, ['#000000', '#c08080', '#400000'], { palette }),
        'SegmentationObject/a.png': await coloursPng(objects, vocColours, { palette }),
      };
      expect(await lines(more)).toEqual([whole]);
    }
  });

  it('may have more than 255 objects in 16 bits', async () => {
    const many = replaced(objects, 3, 300);
    expect(await lines({ 'SegmentationObject/a.png': await numbersPng(many, 8, true) })).toEqual([
      'train/a: 1=person 6, 2=person 3, 300=cat 6',
    ]);
  });

  it.each([
    ['numbers', async () => numbersPng(replaced(objects, 2, 255))],
    ['the void colour', async () => coloursPng(objects, ['#000000', '#800000', '#e0e0c0', '#808000'])],
  ])('may mark void by %s', async (_, png) => {
    expect(await lines({ 'SegmentationObject/a.png': await png() })).toEqual([
      'annotation: void',
      'train/a: 1=person 6, 3=cat 6',
    ]);
  });

  it('may mark void in the class mask, which does not make an object void', async () => {
    const edged = classes.with(9, 255);
    expect(await lines({ 'SegmentationClass/a.png': await numbersPng(edged) })).toEqual([whole]);
  });
});

describe('layout', () => {
  it('may lie below the folder', async () => {
    const nested = Object.fromEntries(Object.entries(files).map(([name, file]) => [`VOCdevkit/VOC2012/${name}`, file]));
    expect(await readLines(vocInstance, await made.put(nested))).toEqual([whole]);
  });

  it('may be given as one list', async () => {
    const root = await made.put({ ...files, 'ImageSets/Segmentation/val.txt': 'a' });
    const items = await readAll(vocInstance, join(root, 'ImageSets/Segmentation/val.txt'));
    expect(items).toMatchObject([{ sample: { key: 'val/a' } }]);
  });

  it('skips lists of other names, and says so', async () => {
    expect(await lines({ 'ImageSets/Segmentation/trainval.txt': 'a\nb' })).toEqual(['subset: subset not used', whole]);
  });

  it('has ids with folders, spaces and letters of any script', async () => {
    const names = ['Größe 1', 's/b'];
    const more = Object.fromEntries(
      names.flatMap((name) =>
        Object.entries(files).map(([path, file]) => [path.replace('/a.', `/${name}.`), file] as const),
      ),
    );
    const list = '\ufeff# a comment\r\n\r\n Größe 1 \r\ns/b\r\n'.normalize('NFD');
    expect(await lines({ ...more, 'ImageSets/Segmentation/train.txt': list })).toEqual([
      whole.replace('a:', 'Größe 1:'.normalize('NFD')),
      whole.replace('a:', 's/b:'),
    ]);
  });

  it.each([
    ['png', { 'JPEGImages/a.jpg': undefined, 'JPEGImages/a.PNG': true }],
    ['two files of one stem', { 'JPEGImages/a.txt': 'no image' }],
  ])('has images of any extension: %s', async (_, more) => {
    const png = 'JPEGImages/a.PNG' in more ? { 'JPEGImages/a.PNG': await coloursPng(objects, vocColours) } : {};
    expect(await lines({ ...more, ...png })).toEqual([whole]);
  });
});

describe('a bad image or mask is skipped with its reason:', () => {
  const text = 'this is no picture';
  it.each<[string, () => Files | Promise<Files>, string | readonly string[]]>([
    ['no image', () => ({ 'JPEGImages/a.jpg': undefined }), 'image: image file missing'],
    ['image of text', () => ({ 'JPEGImages/a.jpg': text }), 'image: image file unreadable'],
    ['empty image', () => ({ 'JPEGImages/a.jpg': '' }), 'image: image file unreadable'],
    ['huge image', async () => ({ 'JPEGImages/a.jpg': await hugePng() }), 'image: image too large'],
    [
      'image by a link outside',
      () => ({ 'JPEGImages/a.jpg': { link: '/etc/hostname' } }),
      'image: path outside the dataset',
    ],
    ['id that climbs', () => ({ 'ImageSets/Segmentation/train.txt': '../a' }), 'image: path outside the dataset'],
    ['absolute id', () => ({ 'ImageSets/Segmentation/train.txt': '/a' }), 'image: path outside the dataset'],
    ['id with a null byte', () => ({ 'ImageSets/Segmentation/train.txt': 'a\0' }), 'image: path outside the dataset'],
    ['id with extension', () => ({ 'ImageSets/Segmentation/train.txt': 'a.jpg' }), 'image: image file missing'],
    ['id with a label column', () => ({ 'ImageSets/Segmentation/train.txt': 'a  1' }), 'image: image file missing'],
    ['id like a prototype', () => ({ 'ImageSets/Segmentation/train.txt': '__proto__' }), 'image: image file missing'],
    ['doubled id', () => ({ 'ImageSets/Segmentation/train.txt': 'a\na' }), [whole, 'image: duplicate image']],
    [
      'no masks',
      () => ({ 'SegmentationClass/a.png': undefined, 'SegmentationObject/a.png': undefined }),
      'image: mask file missing',
    ],
    ['object mask alone', () => ({ 'SegmentationClass/a.png': undefined }), 'image: mask file missing'],
    ['class mask of text', () => ({ 'SegmentationClass/a.png': text }), 'image: mask file unreadable'],
    ['object mask of text', () => ({ 'SegmentationObject/a.png': text }), 'image: mask file unreadable'],
    [
      'class mask cut short',
      async () => ({ 'SegmentationClass/a.png': (await numbersPng(classes)).slice(0, -20) }),
      'image: mask file unreadable',
    ],
    ['huge class mask', async () => ({ 'SegmentationClass/a.png': await hugePng() }), 'image: mask file unreadable'],
    ['huge object mask', async () => ({ 'SegmentationObject/a.png': await hugePng() }), 'image: mask file unreadable'],
    [
      'class mask by a link outside',
      () => ({ 'SegmentationClass/a.png': { link: '/etc/hostname' } }),
      'image: path outside the dataset',
    ],
    [
      'masks of another size',
      async () => ({ 'SegmentationClass/a.png': await numbersPng(classes, 6) }),
      'image: mask size differs from the image',
    ],
    [
      'object mask turned',
      async () => ({ 'SegmentationObject/a.png': await numbersPng(objects, 6) }),
      'image: mask size differs from the image',
    ],
    [
      'nothing but background',
      async () => ({ 'SegmentationObject/a.png': await numbersPng(objects.map(() => 0)) }),
      'image: no usable instance',
    ],
    [
      'class number past the labels',
      async () => ({ 'SegmentationClass/a.png': await numbersPng(replaced(classes, 8, 99)) }),
      ['annotation: unknown category', 'train/a: 1=person 6, 2=person 3'],
    ],
    [
      'class colour of no label',
      async () => ({
        'SegmentationClass/a.png': await coloursPng(objects, ['#000000', '#c08080', '#c08080', '#010203']),
      }),
      ['annotation: unknown category', 'train/a: 1=person 6, 2=person 3'],
    ],
    [
      'object colour that VOC lacks',
      async () => ({
        'SegmentationObject/a.png': await coloursPng(objects, ['#000000', '#800000', '#008000', '#010203']),
      }),
      ['annotation: unknown category x1', 'train/a: 1=person 6, 2=person 3'],
    ],
    [
      'object on background',
      async () => ({ 'SegmentationClass/a.png': await numbersPng(replaced(classes, 8, 0)) }),
      ['annotation: background', 'train/a: 1=person 6, 2=person 3'],
    ],
  ])('%s', async (_, more, expected) => {
    expect(await lines(await more())).toEqual([expected].flat());
  });
});

describe('detection', () => {
  it('tells instances from classes by SegmentationObject', async () => {
    const root = await made.put(files);
    expect(await vocInstance.detect(root)).toEqual({
      format: 'voc-instance',
      reason: 'found train.txt in ImageSets/Segmentation, and masks in SegmentationObject',
    });
    expect(await vocSemantic.detect(root)).toBeUndefined();
    const semantic = await made.put({ ...files, 'SegmentationObject/a.png': undefined });
    expect(await vocInstance.detect(semantic)).toBeUndefined();
    expect(await vocSemantic.detect(semantic)).toMatchObject({ format: 'voc-semantic' });
  });

  it('of something else finds nothing', async () => {
    const root = await made.put({ 'readme.txt': '' });
    expect(await vocInstance.detect(root)).toBeUndefined();
    await expect(readAll(vocInstance, root)).rejects.toMatchObject({ code: 'data/VOC_NOT_FOUND' });
    await expect(readAll(vocInstance, join(root, 'nowhere'))).rejects.toMatchObject({ code: 'data/DATASET_FOLDER' });
    await expect(readAll(vocInstance, join(root, 'readme.txt'))).rejects.toMatchObject({ code: 'data/VOC_NOT_FOUND' });
  });

  it('reads lists only within the dataset', async () => {
    await expect(lines({ 'ImageSets/Segmentation/train.txt': { link: '/etc/hostname' } })).rejects.toMatchObject({
      code: 'data/FILE_UNREADABLE',
    });
  });
});

it('what is read is used or skipped', async () => {
  const root = await made.put({ ...files, 'ImageSets/Segmentation/train.txt': 'a\nb\na\n' });
  const counts = (await readAll(vocInstance, root)).reduce(tally, emptyTallies);
  expect(counts.image).toEqual({ read: 3, used: 1, skipped: { 'image file missing': 1, 'duplicate image': 1 } });
  expect(counts.annotation).toEqual({ read: 3, used: 3, skipped: {} });
});
