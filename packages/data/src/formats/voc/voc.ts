import { dataErrors } from '../../errors.js';
import type { DatasetFormat, InstancesOf } from '../dataset-format.js';
import { backgroundName } from '../mask-files/label-table.js';
import { usedSubsets } from '../used-subsets.js';
import { listVocImages } from './list-voc.js';
import { readVocSubset } from './read-voc-subset.js';
import { readVocLabels } from './voc-labels.js';
import { findVoc, type VocLayout } from './voc-layout.js';

/** Pascal VOC with a number for each object: `SegmentationObject` says which pixels, `SegmentationClass` of what class. Boxes are counted. */
export const vocInstance = vocFormat('voc-instance', 'objects', ({ hasObjectMasks }) => hasObjectMasks);

/** Pascal VOC with a class for each pixel, in `SegmentationClass`. */
export const vocSemantic = vocFormat(
  'voc-semantic',
  'classes',
  ({ hasClassMasks, hasObjectMasks }) => hasClassMasks && !hasObjectMasks,
);

function vocFormat(name: string, usual: InstancesOf, looksLike: (layout: VocLayout) => boolean): DatasetFormat {
  const find = async (root: string): Promise<VocLayout> => {
    const layout = await findVoc(root);
    if (!layout) throw dataErrors.VOC_NOT_FOUND({ root });
    return layout;
  };
  return {
    name,

    async detect(root) {
      const layout = await findVoc(root);
      if (!layout || !looksLike(layout)) return undefined;
      const lists = layout.lists.map(({ subsetName }) => `${subsetName}.txt`).join(', ');
      const masks = layout.hasObjectMasks ? 'masks in SegmentationObject' : 'masks in SegmentationClass alone';
      return { format: name, reason: `found ${lists} in ImageSets/Segmentation, and ${masks}` };
    },

    async categories(root) {
      return (await readVocLabels((await find(root)).root)).names;
    },

    async background(root) {
      return backgroundName(await readVocLabels((await find(root)).root));
    },

    async subsets(root) {
      return (await find(root)).lists.map(({ subsetName }) => subsetName);
    },

    async *list(given) {
      const { root, lists } = await find(given);
      const table = await readVocLabels(root);
      for (const list of lists) yield* listVocImages(root, list, table, usual === 'objects');
    },

    async *read(given, options = {}) {
      const { root, lists } = await find(given);
      const { used, unused } = usedSubsets(root, lists, options);
      yield* unused;
      const table = await readVocLabels(root);
      const keys = new Set<string>();
      for (const { source: list, subset } of used) {
        const masks = { ...options, instances: options.instances ?? usual };
        yield* readVocSubset({ root, list, subset, table, options: masks, withBoxes: usual === 'objects', keys });
      }
    },
  };
}
