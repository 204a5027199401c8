import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  makeDatasetFolders,
  readAll,
  readLines,
  type DatasetFolders,
  type Files,
} from '../dataset-folder.test.support.js';
import { vocFiles } from './voc-files.test.support.js';
import { vocInstance } from './voc.js';

let made: DatasetFolders;
let files: Files;
beforeAll(async () => {
  made = await makeDatasetFolders();
  files = await vocFiles();
});
afterAll(() => made.remove());

const lines = async (more: Files = {}): Promise<string[]> =>
  readLines(vocInstance, await made.put({ ...files, ...more }));

describe('labels', () => {
  const gray = async (options: Files) => (await readAll(vocInstance, await made.put({ ...files, ...options }))).at(-1);
  const categoriesOf = async (more: Files): Promise<string[]> => {
    const item = await gray(more);
    return item?.kind === 'sample' ? item.sample.instances.map(({ category }) => category) : [item?.reason ?? ''];
  };
  const lots = Array.from({ length: 16 }, (_, i) => `label ${i}`);

  it('come from labelmap.txt', async () => {
    const text = `# labels\r\n${lots.map((name) => `${name}:::`).join('\r\n')}\r\n`;
    expect(await categoriesOf({ 'labelmap.txt': text })).toEqual(['label 15', 'label 15', 'label 8']);
  });

  it('come from dataset_meta.json before labelmap.txt', async () => {
    expect(await categoriesOf({ 'dataset_meta.json': { labels: lots }, 'labelmap.txt': 'broken' })).toEqual([
      'label 15',
      'label 15',
      'label 8',
    ]);
  });

  it('go by the order of keys in a meta file, which need not be that of their numbers', async () => {
    const text = '{ "label_map": { "0": "soil", "2" : "stem", "1":"leaf \\"7\\": " } }';
    const root = await made.put({ ...files, 'dataset_meta.json': text });
    expect(await vocInstance.categories(root)).toEqual(['soil', 'stem', 'leaf "7": ']);
  });

  it.each([
    ['too few fields', 'cat:1,2,3', 'LABEL_MAP'],
    ['a doubled name', 'cat:::\ncat:::', 'LABEL_MAP'],
    ['no name', ':1,2,3::', 'LABEL_MAP'],
    ['a colour of two numbers', 'cat:1,2::', 'LABEL_MAP'],
    ['a colour past 255', 'cat:1,2,256::', 'LABEL_MAP'],
    ['a colour of words', 'cat:red,green,blue::', 'LABEL_MAP'],
    ['bytes that are no text', Uint8Array.of(0xff, 0xfe, 0x00), 'FILE_UNREADABLE'],
    ['a link out of the dataset', { link: '/etc/hostname' }, 'FILE_UNREADABLE'],
  ])('are refused with %s', async (_, text, code) => {
    await expect(lines({ 'labelmap.txt': text })).rejects.toMatchObject({ code: `data/${code}` });
  });

  it.each<[string, unknown, string]>([
    ['cut short', '{"labels": [', 'JSON_SYNTAX'],
    ['a list', [], 'DATASET_META'],
    ['of numbers', { labels: [1] }, 'DATASET_META'],
    ['with a map of lists', { label_map: { 0: [] } }, 'DATASET_META'],
    ['with colours of words', { labels: ['a'], segmentation_colors: ['red'] }, 'DATASET_META'],
    ['with colours past 255', { labels: ['a'], segmentation_colors: [[0, 0, 999]] }, 'DATASET_META'],
  ])('are refused in a meta file %s', async (_, meta, code) => {
    await expect(lines({ 'dataset_meta.json': meta })).rejects.toMatchObject({ code: `data/${code}` });
  });
});
