import { cp, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { coco } from './coco.js';
import { document, makeCocoFolder, type CocoFolder } from './coco-folder.test.support.js';

let made: CocoFolder;
beforeAll(async () => {
  made = await makeCocoFolder();
});
afterAll(() => made.remove());
beforeEach(() => {
  made.next();
});

describe('layouts', () => {
  it.each([
    ['images/<subset>', 'annotations/instances_train.json', 'images/train/a.png'],
    ['images', 'annotations/instances_train.json', 'images/a.png'],
    ['mmdetection', 'annotations/instances_train.json', 'train/a.png'],
    ['Roboflow', 'train/_annotations.coco.json', 'train/a.png'],
  ])('%s is found', async (_, annotations, file) => {
    await made.put({ [annotations]: document, [file]: made.png });
    expect(await coco.detect(made.root())).toMatchObject({ format: 'coco' });
    expect(await made.readLines()).toEqual(['train/a: 1=12']);
  });

  it('one annotation file is read alone', async () => {
    await made.put({ 'annotations/instances_train.json': document, 'images/a.png': made.png });
    await cp(
      join(made.root(), 'annotations/instances_train.json'),
      join(made.root(), 'annotations/instances_val.json'),
    );
    const items = await made.read({}, join(made.root(), 'annotations/instances_val.json'));
    expect(items).toMatchObject([{ sample: { key: 'val/a', subset: 'val' } }]);
  });

  it('a folder of anything else is not COCO', async () => {
    await made.put({ 'annotations/instances.json': document, 'readme.txt': '' });
    expect(await coco.detect(made.root())).toBeUndefined();
    await expect(made.read()).rejects.toMatchObject({ code: 'data/COCO_NOT_FOUND' });
  });
});

describe('subsets', () => {
  const files = (...names: string[]) =>
    made.put({
      'images/a.png': made.png,
      ...Object.fromEntries(names.map((name) => [`annotations/instances_${name}.json`, document])),
    });

  it('go by their usual names, train first, others skipped and counted', async () => {
    await files('test', 'valid', 'train2017', 'extra');
    expect(await made.readLines()).toEqual(['subset: subset not used', 'train/a: 1=12', 'val/a: 1=12', 'test/a: 1=12']);
  });

  it('go by the names given', async () => {
    await files('train', 'fold0', 'fold1');
    expect(await made.readLines({ subsets: { train: ['fold0'], val: 'fold1' } })).toEqual([
      'subset: subset not used',
      'train/a: 1=12',
      'val/a: 1=12',
    ]);
  });

  it('that fit no name are an error that lists them', async () => {
    await files('default');
    await expect(made.read()).rejects.toThrow('(default)');
  });
});

describe('a file that is no COCO file is an error that names it:', () => {
  it.each<[string, unknown, string]>([
    ['cut short', '{"images": [', 'data/JSON_SYNTAX'],
    ['a list', [], 'data/COCO_STRUCTURE'],
    ['without categories', { images: [], annotations: [] }, 'data/COCO_STRUCTURE'],
    ['without annotations', { images: [], categories: [] }, 'data/COCO_STRUCTURE'],
    ['images as an object', { ...document, images: {} }, 'data/COCO_STRUCTURE'],
  ])('%s', async (_, content, code) => {
    await made.put({ 'images/train/a.png': made.png, 'annotations/instances_train.json': content });
    await expect(made.read()).rejects.toMatchObject({
      code,
      message: expect.stringContaining('instances_train.json') as string,
    });
  });

  it('no image folder', async () => {
    await made.put({ 'annotations/instances_train.json': document });
    await expect(made.read()).rejects.toMatchObject({ code: 'data/IMAGE_FOLDER' });
  });

  it('no dataset at all', async () => {
    await expect(made.read()).rejects.toMatchObject({ code: 'data/DATASET_FOLDER' });
  });
});

it('keys of prototypes in the file do no harm', async () => {
  const text = JSON.stringify(document).replace(
    '"images"',
    '"__proto__": {"polluted": 1}, "constructor": {}, "images"',
  );
  await made.put({ 'images/train/a.png': made.png, 'annotations/instances_train.json': `\ufeff${text}` });
  expect(await made.readLines()).toEqual(['train/a: 1=12']);
  expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
});

it('reads annotation files only within the dataset', async () => {
  await made.put({ 'images/train/a.png': made.png, 'annotations/instances_val.json': document });
  await symlink('/etc/hostname', join(made.root(), 'annotations/instances_train.json'));
  await expect(made.read()).rejects.toMatchObject({ code: 'data/FILE_UNREADABLE' });
});
