import type { Instance } from '../../contracts.js';
import { readCocoMask } from '../coco/coco-mask.js';
import { recordOf } from '../coco/coco-records.js';
import type { ReadOptions } from '../dataset-format.js';
import type { Fault } from '../skipped.js';

export interface DatumaroInstances {
  readonly instances: readonly Instance[];
  /** Annotations that are no instance, by their place in the list from 0. */
  readonly faults: readonly (Fault & { readonly index: number })[];
}

/**
 * The instances of an item's annotations, in their order. Polygons of one group (other than 0) and label are one object's parts. A mask is an object, whatever its
 * group; a box beside a mask or polygon of its group belongs to that.
 */
export function readDatumaroInstances(
  annotations: readonly unknown[],
  labels: readonly string[],
  { width, height }: { readonly width: number; readonly height: number },
  { crowds = 'skip', parts = 'together' }: ReadOptions,
): DatumaroInstances {
  const withMask = new Set(annotations.filter((value) => hasMask(value)).map(groupOf));
  const objects = new Map<string, Instance>();
  const faults: DatumaroInstances['faults'][number][] = [];
  for (const [index, value] of annotations.entries()) {
    const record = recordOf(value);
    const type = record?.['type'];
    if (!record || typeof type !== 'string') {
      faults.push({ index, reason: 'invalid annotation record', detail: 'it has no type' });
      continue;
    }
    if (!hasMask(value)) {
      const isAlone = type === 'bbox' && !(groupOf(value) !== 0 && withMask.has(groupOf(value)));
      faults.push({ index, reason: isAlone ? 'box without mask' : 'not a mask', detail: type });
      continue;
    }
    const category = categoryOf(record, labels);
    if (category === undefined) {
      faults.push({ index, reason: 'unknown category', detail: `label_id ${JSON.stringify(record['label_id'])}` });
      continue;
    }
    const isCrowd = recordOf(record['attributes'])?.['is_crowd'] === true;
    if (crowds === 'skip' && isCrowd) {
      faults.push({ index, reason: 'crowd' });
      continue;
    }
    const segmentation = type === 'mask' ? (recordOf(record['rle']) ?? {}) : [record['points']];
    const read = readCocoMask(segmentation, width, height);
    if ('reason' in read) {
      // An empty list of points is a polygon too short, not a box.
      const reason = read.reason === 'box without mask' ? 'invalid polygon' : read.reason;
      faults.push({ index, ...read, reason });
      continue;
    }
    const group = groupOf(value);
    const isPart = read.mask.kind === 'polygons' && group !== 0 && parts === 'together';
    const key = isPart ? `group ${group}, ${category}` : String(index);
    const known = objects.get(key);
    if (known?.mask.kind === 'polygons' && read.mask.kind === 'polygons') {
      const rings = [...known.mask.rings, ...read.mask.rings];
      objects.set(key, { ...known, mask: { kind: 'polygons', rings } });
    } else {
      objects.set(key, { id: String(index + 1), category, mask: read.mask, ...(isCrowd && { kind: 'crowd' }) });
    }
  }
  return { instances: [...objects.values()], faults };
}

function hasMask(value: unknown): boolean {
  const type = recordOf(value)?.['type'];
  return type === 'mask' || type === 'polygon';
}

function groupOf(value: unknown): number {
  const group = recordOf(value)?.['group'];
  return typeof group === 'number' ? group : 0;
}

function categoryOf(record: Readonly<Record<string, unknown>>, labels: readonly string[]): string | undefined {
  const label = record['label_id'];
  return typeof label === 'number' && Number.isInteger(label) ? labels[label] : undefined;
}
