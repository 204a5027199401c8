import { basename } from 'node:path';
import { dataErrors } from '../../errors.js';
import type { DatasetFormat } from '../dataset-format.js';
import { fileWithin } from '../file-within.js';
import { readDatasetMeta } from '../mask-files/read-dataset-meta.js';
import { readJsonWithin } from '../read-json-within.js';
import { usedSubsets } from '../used-subsets.js';
import { findCocoFiles, type CocoLayout } from './coco-layout.js';
import { categoryNames, readCocoDocument, type CocoDocument } from './coco-records.js';
import { listCocoImages } from './list-coco.js';
import { readCocoSubset } from './read-coco-subset.js';

/** COCO instances: `annotations/instances_<subset>.json` beside `images/`. All parts of an object are one instance. */
export const coco: DatasetFormat = {
  name: 'coco',

  async detect(root) {
    const { files } = await findCocoFiles(root);
    if (files.length === 0) return undefined;
    return { format: 'coco', reason: `found ${files.map(({ path }) => basename(path)).join(', ')}` };
  },

  async categories(given) {
    const layout = await findFilled(given);
    const [first, ...others] = layout.files;
    const names = categoryNames(await readDocument(layout, first!.path));
    for (const { path } of others) {
      if (JSON.stringify(categoryNames(await readDocument(layout, path))) !== JSON.stringify(names)) {
        throw dataErrors.CATEGORIES_DIFFER({ root: layout.root, paths: [first!.path, path] });
      }
    }
    return names;
  },

  background: () => Promise.resolve(undefined),

  async subsets(root) {
    return (await findFilled(root)).files.map(({ subsetName }) => subsetName);
  },

  async *list(root) {
    const layout = await findFilled(root);
    for (const file of layout.files) yield* listCocoImages(file, await readDocument(layout, file.path));
  },

  async *read(root, options = {}) {
    const layout = await findFilled(root);
    const { used, unused } = usedSubsets(root, layout.files, options);
    yield* unused;
    const keys = new Set<string>();
    for (const { source: file, subset } of used) {
      const document = await readDocument(layout, file.path);
      yield* readCocoSubset({ root: layout.root, file, subset, document, keys, options });
    }
  },
};

async function findFilled(root: string): Promise<CocoLayout> {
  const layout = await findCocoFiles(root);
  if (layout.files.length === 0) throw dataErrors.COCO_NOT_FOUND({ root });
  return layout;
}

/** The file's records. Labels of a `dataset_meta.json` in the dataset's folder take the place of its categories, numbered from 1. */
async function readDocument({ root }: CocoLayout, path: string): Promise<CocoDocument> {
  const document = readCocoDocument(await readJsonWithin(root, path), path);
  const meta = await fileWithin(root, 'dataset_meta.json');
  if (meta === undefined) return document;
  const { names } = await readDatasetMeta(meta);
  return { ...document, categories: new Map(names.map((name, index) => [String(index + 1), name])) };
}
