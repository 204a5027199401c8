import { basename } from 'node:path';
import { dataErrors } from '../../errors.js';
import type { DatasetFormat } from '../dataset-format.js';
import { SUBSETS, subsetOf } from '../subset-names.js';
import { findCocoFiles } from './coco-layout.js';
import { readCocoSubset } from './read-coco-subset.js';

/** COCO instances: `annotations/instances_<subset>.json` beside `images/`. All parts of an object are one instance. */
export const coco: DatasetFormat = {
  name: 'coco',

  async detect(root) {
    const { files } = await findCocoFiles(root);
    if (files.length === 0) return undefined;
    return { format: 'coco', reason: `found ${files.map(({ path }) => basename(path)).join(', ')}` };
  },

  async *read(root, options = {}) {
    const layout = await findCocoFiles(root);
    if (layout.files.length === 0) throw dataErrors.COCO_NOT_FOUND({ root });
    const files = layout.files.map((file) => ({ file, subset: subsetOf(file.subsetName, options.subsets) }));
    if (files.every(({ subset }) => subset === undefined)) {
      throw dataErrors.NO_SUBSET({ root, found: layout.files.map(({ subsetName }) => subsetName) });
    }
    for (const { file, subset } of files) {
      if (subset !== undefined) continue;
      yield { kind: 'skipped', unit: 'subset', reason: 'subset not used', item: file.subsetName, detail: file.path };
    }
    const keys = new Set<string>();
    for (const wanted of SUBSETS) {
      for (const { file, subset } of files) {
        if (subset === wanted) yield* readCocoSubset({ root: layout.root, file, subset, keys, options });
      }
    }
  },
};
