import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { datasetFormats, datasetWriters, writeDemoDataset } from '@sluice/data';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { datasetFormatNames } from './dataset-format-names.js';
import { sluice } from '../testing/sluice.js';

const folder = mkdtempSync(path.join(tmpdir(), 'sluice-dataset-'));
const data = path.join(folder, 'data');
beforeAll(() => writeDemoDataset(data, { train: 3, val: 1, test: 1, width: 160, height: 120 }));
afterAll(() => rmSync(folder, { recursive: true }));

const json = async (...args: readonly string[]): Promise<Record<string, unknown>> =>
  JSON.parse((await sluice(...args, '--json')).out) as Record<string, unknown>;

/** A copy of the dataset with another annotation file. */
function damaged(name: string, change: (document: { annotations: object[] }) => void): string {
  const root = path.join(folder, name);
  execFileSync('cp', ['-r', data, root]);
  const file = path.join(root, 'annotations/instances_train.json');
  const document = JSON.parse(readFileSync(file, 'utf8')) as { annotations: object[] };
  change(document);
  writeFileSync(file, JSON.stringify(document));
  return root;
}

it('formats are named as they are registered', () => {
  expect([...datasetFormats.keys()].sort()).toEqual([...datasetFormatNames].sort());
  expect([...datasetWriters.keys()].sort()).toEqual([...datasetFormatNames].sort());
});

describe('dataset stats', () => {
  it('counts by subset, category and reason', async () => {
    const stats = await json('dataset', 'stats', data);
    const listed = Object.entries(stats['subsets'] as Record<string, { items: number; annotations: number }>);
    expect(listed.map(([name, { items }]) => [name, items])).toEqual([
      ['test', 1],
      ['train', 3],
      ['val', 1],
    ]);
    expect(stats).toMatchObject({ format: 'coco', categories: ['berries'], skipped: {}, images: { read: 5, used: 5 } });
    // A record is a box and a mask.
    const { used } = stats['annotations'] as { used: number };
    expect(listed.reduce((sum, [, { annotations }]) => sum + annotations, 0)).toBe(2 * used);
    expect(Object.values(stats['imageSizes'] as Record<string, number>)).toEqual([5, 0, 0, 0, 0, 0]);
  });

  it('prints tables for a reader', async () => {
    const { code, out, err } = await sluice('dataset', 'stats', data, '--format', 'coco');
    expect([code, err]).toEqual([0, '']);
    expect(out).toContain('images: 5 read = 5 used + 0 skipped');
  });

  it('reads archives, and leaves nothing behind', async () => {
    const archive = path.join(folder, 'data.tar.gz');
    execFileSync('tar', ['-czf', archive, '-C', folder, 'data']);
    expect((await json('dataset', 'stats', archive))['subsets']).toEqual(
      (await json('dataset', 'stats', data))['subsets'],
    );
  });

  it('of what is no dataset fails, as one document where that is asked for', async () => {
    expect(await sluice('dataset', 'stats', folder)).toMatchObject({ code: 1, out: '' });
    expect(await json('dataset', 'stats', path.join(folder, 'nowhere'))).toMatchObject({
      error: { code: 'data/DATASET_FOLDER' },
    });
  });
});

describe('dataset check', () => {
  it('finds nothing in a good dataset', async () => {
    expect(await sluice('dataset', 'check', data)).toMatchObject({ code: 0, err: '' });
    expect(await json('dataset', 'check', data)).toMatchObject({ problems: [], images: { read: 5, used: 5 } });
  });

  it('names each problem with file and id, decodes images to the end, and ends with 1', async () => {
    const root = damaged('broken', ({ annotations }) => Object.assign(annotations[0]!, { category_id: 9 }));
    const picture = path.join(root, 'images/train/002.jpg');
    writeFileSync(picture, readFileSync(picture).subarray(0, 2000));
    const { code, out } = await sluice('dataset', 'check', root);
    expect(code).toBe(1);
    expect(out).toMatch(
      /^instances_train\.json: image 1 \(000\.jpg\), annotation 1: unknown category \(category_id 9\)\n/,
    );
    expect(out).toMatch(/\ntrain\/002: image file unreadable \(.*002\.jpg/);
    const { images, annotations } = (await json('dataset', 'check', root)) as Record<
      string,
      { read: number; used: number }
    >;
    expect(images).toEqual({ read: 5, used: 4 });
    expect(annotations!.used).toBeLessThan(annotations!.read);
  });
});

describe('convert', () => {
  it('writes every format, from which the same can be read', async () => {
    for (const to of datasetFormatNames) {
      const target = path.join(folder, to);
      const document = await json('convert', data, target, '--to', to);
      expect(document).toMatchObject({ from: 'coco', to, images: { read: 5, used: 5, skipped: {} } });
      expect((await json('dataset', 'check', target))['problems']).toEqual([]);
    }
  });

  it('lists what it skips and loses', async () => {
    const root = damaged('lossy', ({ annotations }) => {
      Object.assign(annotations[0]!, { iscrowd: 1 });
      Object.assign(annotations[1]!, { segmentation: [[1, 2]] });
    });
    const { code, out } = await sluice('convert', root, path.join(folder, 'lossy-voc'), '--to', 'voc-instance');
    expect(code).toBe(0);
    expect(out).toMatch(/Skipped in reading:\n {2}invalid polygon +1\n/);
    expect(out).toMatch(/The format cannot hold:\n {2}crowd +1 +train\/000\.jpg\n/);
    const strict = ['convert', root, path.join(folder, 'strict'), '--to', 'coco', '--on-bad-item', 'fail'];
    expect(await sluice(...strict)).toMatchObject({ code: 1, err: expect.stringContaining('data/BAD_ITEM') as string });
  });

  it.each([
    ['a target that holds files', ['convert', data, data, '--to', 'datumaro']],
    ['an unknown format', ['convert', data, path.join(folder, 'x'), '--to', 'yolo']],
    ['no format', ['convert', data, path.join(folder, 'x')]],
    ['an unknown subcommand', ['dataset', 'eat']],
    ['shares of nothing', ['dataset', 'split', data, path.join(folder, 'x'), '--shares', 'train=0']],
    ['a seed that is no number', ['dataset', 'split', data, path.join(folder, 'x'), '--seed', 'x']],
  ])('refuses %s with exit code 2', async (_, args) => {
    expect(await sluice(...args)).toMatchObject({ code: 2, out: '' });
  });
});

it('dataset split shares images out, the same for the same seed', async () => {
  const split = (name: string, seed: string) =>
    json('dataset', 'split', data, path.join(folder, name), '--shares', 'train=3,test=2', '--seed', seed);
  const first = await split('split-1', '1');
  expect(first).toMatchObject({ to: 'coco', images: { used: 5 } });
  expect(Object.values(first['subsets'] as object).reduce((sum: number, count: number) => sum + count, 0)).toBe(5);
  expect((await split('split-2', '1'))['subsets']).toEqual(first['subsets']);
  const file = (name: string) => readFileSync(path.join(folder, name, 'annotations/instances_train.json'), 'utf8');
  expect(file('split-1')).toBe(file('split-2'));
  expect((await json('dataset', 'check', path.join(folder, 'split-1')))['problems']).toEqual([]);
});
