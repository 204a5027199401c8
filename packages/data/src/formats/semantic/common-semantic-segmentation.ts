import { relative } from 'node:path';
import { dataErrors } from '../../errors.js';
import type { DatasetFormat } from '../dataset-format.js';
import { fileWithin } from '../file-within.js';
import { backgroundName, type LabelTable } from '../mask-files/label-table.js';
import { readDatasetMeta } from '../mask-files/read-dataset-meta.js';
import { usedSubsets } from '../used-subsets.js';
import { listSemanticMasks } from './list-semantic.js';
import { readSemanticSubset } from './read-semantic-subset.js';
import { findSemantic, type SemanticLayout } from './semantic-layout.js';

const name = 'common-semantic-segmentation';

/** A folder of images, one of class masks, and `dataset_meta.json` that says which number or colour is what. Datumaro's own layout. */
export const commonSemanticSegmentation: DatasetFormat = {
  name,

  async detect(root) {
    const { root: absolute, folders } = await findSemantic(root).catch(() => ({ root, folders: [] }));
    if (!folders.some(({ isWhole }) => isWhole)) return undefined;
    const places = folders.map(({ path }) => relative(absolute, path)).filter((place) => place !== '');
    const where = places.length > 0 ? ` in ${places.join(', ')}` : '';
    return { format: name, reason: `found dataset_meta.json, images and masks${where}` };
  },

  async categories(root) {
    return (await readTable(await findFilled(root))).names;
  },

  async background(root) {
    return backgroundName(await readTable(await findFilled(root)));
  },

  async subsets(root) {
    return (await findFilled(root)).folders.map(({ subsetName }) => subsetName);
  },

  async *list(given, { maskPrefix = '' } = {}) {
    const { root, folders } = await findFilled(given);
    for (const folder of folders) yield* listSemanticMasks(root, folder, maskPrefix);
  },

  async *read(given, options = {}) {
    const layout = await findFilled(given);
    const { root } = layout;
    const { used, unused } = usedSubsets(root, layout.folders, options);
    yield* unused;
    const table = await readTable({ root, folders: used.map(({ source }) => source) });
    const keys = new Set<string>();
    for (const { source: folder, subset } of used) {
      const instances = options.instances === 'components' ? 'components' : 'classes';
      yield* readSemanticSubset({ root, folder, subset, table, options: { ...options, instances }, keys });
    }
  },
};

async function findFilled(root: string): Promise<SemanticLayout> {
  const layout = await findSemantic(root);
  if (layout.folders.length === 0) throw dataErrors.SEMANTIC_NOT_FOUND({ root });
  return layout;
}

/** The labels, which must be the same in all subsets. */
async function readTable({ root, folders }: SemanticLayout): Promise<LabelTable> {
  const tables = await Promise.all(folders.map(({ path }) => readMetaOf(root, path)));
  const [first] = tables;
  const other = tables.find((table) => JSON.stringify(table.names) !== JSON.stringify(first!.names));
  if (!other) return first!;
  throw dataErrors.CATEGORIES_DIFFER({ root, paths: [folders[0]!.path, folders[tables.indexOf(other)]!.path] });
}

async function readMetaOf(root: string, folder: string): Promise<LabelTable> {
  const path = await fileWithin(root, `${relative(root, folder)}/dataset_meta.json`.replace(/^\//, ''));
  if (path === undefined) throw dataErrors.SEMANTIC_NOT_FOUND({ root: folder });
  return readDatasetMeta(path);
}
