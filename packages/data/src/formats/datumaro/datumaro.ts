import { basename, relative } from 'node:path';
import { dataErrors } from '../../errors.js';
import { recordOf } from '../coco/coco-records.js';
import type { DatasetFormat } from '../dataset-format.js';
import { fileWithin } from '../file-within.js';
import { readJsonWithin } from '../read-json-within.js';
import { usedSubsets } from '../used-subsets.js';
import { readDatumaroDocument, type DatumaroDocument } from './datumaro-document.js';
import { findDatumaro, startsLikeDatumaro, type DatumaroLayout } from './datumaro-layout.js';
import { readDatumaroSubset } from './read-datumaro-subset.js';

/** Datumaro's own JSON: `annotations/<subset>.json` with `images/<subset>/` or `images/`. Polygons and masks are read, other annotations counted. */
export const datumaro: DatasetFormat = {
  name: 'datumaro',

  async detect(root) {
    const layout = await findDatumaro(root);
    const [first] = layout.files;
    const path = first && (await fileWithin(layout.root, relative(layout.root, first.path)).catch(() => undefined));
    if (path === undefined || !(await startsLikeDatumaro(path))) return undefined;
    const names = layout.files.map((file) => basename(file.path)).join(', ');
    return { format: 'datumaro', reason: `found ${names}, and ${basename(path)} starts as Datumaro's files do` };
  },

  async categories(given) {
    const { root, files } = await findFilled(given);
    const first = await readDocument(root, files[0]!.path);
    for (const { path } of files.slice(1)) {
      const { labels } = await readDocument(root, path);
      if (JSON.stringify(labels) !== JSON.stringify(first.labels)) {
        throw dataErrors.CATEGORIES_DIFFER({ root, paths: [files[0]!.path, path] });
      }
    }
    return first.labels;
  },

  background: () => Promise.resolve(undefined),

  async subsets(given) {
    return (await findFilled(given)).files.map(({ subsetName }) => subsetName);
  },

  async *list(given) {
    const { root, files } = await findFilled(given);
    for (const { path, subsetName: subset } of files) {
      for (const value of (await readDocument(root, path)).items) {
        const { id, annotations } = recordOf(value) ?? {};
        yield { subset, id: String(id), annotations: Array.isArray(annotations) ? annotations.length : 0 };
      }
    }
  },

  async *read(given, options = {}) {
    const { root, files } = await findFilled(given);
    const { used, unused } = usedSubsets(root, files, options);
    yield* unused;
    const keys = new Set<string>();
    for (const { source: file, subset } of used) {
      const document = await readDocument(root, file.path);
      yield* readDatumaroSubset({ root, file, subset, document, options, keys });
    }
  },
};

async function findFilled(root: string): Promise<DatumaroLayout> {
  const layout = await findDatumaro(root);
  if (layout.files.length === 0) throw dataErrors.DATUMARO_NOT_FOUND({ root });
  return layout;
}

async function readDocument(root: string, path: string): Promise<DatumaroDocument> {
  return readDatumaroDocument(await readJsonWithin(root, path), path);
}
