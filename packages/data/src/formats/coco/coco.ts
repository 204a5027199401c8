import { basename } from 'node:path';
import { dataErrors } from '../../errors.js';
import type { DatasetFormat } from '../dataset-format.js';
import { readJson } from '../read-json.js';
import { usedSubsets } from '../used-subsets.js';
import { findCocoFiles } from './coco-layout.js';
import { categoryNames, readCocoDocument } from './coco-records.js';
import { readCocoSubset } from './read-coco-subset.js';

/** COCO instances: `annotations/instances_<subset>.json` beside `images/`. All parts of an object are one instance. */
export const coco: DatasetFormat = {
  name: 'coco',

  async detect(root) {
    const { files } = await findCocoFiles(root);
    if (files.length === 0) return undefined;
    return { format: 'coco', reason: `found ${files.map(({ path }) => basename(path)).join(', ')}` };
  },

  async categories(root) {
    const { files } = await findCocoFiles(root);
    const [first] = files;
    if (!first) throw dataErrors.COCO_NOT_FOUND({ root });
    const names = categoryNames(readCocoDocument(await readJson(first.path), first.path));
    for (const { path } of files.slice(1)) {
      const others = categoryNames(readCocoDocument(await readJson(path), path));
      if (JSON.stringify(others) !== JSON.stringify(names)) {
        throw dataErrors.CATEGORIES_DIFFER({ root, paths: [first.path, path] });
      }
    }
    return names;
  },

  async *read(root, options = {}) {
    const layout = await findCocoFiles(root);
    if (layout.files.length === 0) throw dataErrors.COCO_NOT_FOUND({ root });
    const { used, unused } = usedSubsets(root, layout.files, options);
    yield* unused;
    const keys = new Set<string>();
    for (const { source: file, subset } of used) {
      yield* readCocoSubset({ root: layout.root, file, subset, keys, options });
    }
  },
};
