import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Instance, Sample } from '../contracts.js';
import { maskArea, tightBox } from '../masks/bit-mask.js';
import { rasterize } from '../masks/rasterize.js';
import { countsOfMask } from '../masks/rle-counts.js';
import type { DatasetFormat, ReadItem, ReadOptions } from './dataset-format.js';
import { DATUMARO_RULES } from './datumaro-rules.js';
import { datasetFormats } from './formats.js';
import type { NamePrefixes } from './listed-image.js';

export const fixtures = fileURLToPath(new URL('../../../../../shared/fixtures/', import.meta.url));

/** What Datumaro reports of an annotation; `expected.json` explains. */
interface Annotation {
  readonly type: string;
  readonly label_name: string | null;
  readonly group: number;
  readonly attributes: { readonly is_crowd?: boolean };
  readonly points?: readonly number[];
  readonly bbox?: readonly number[];
  readonly area?: number;
  readonly raster_area_cocoapi?: number;
  readonly bbox_tight_xywh?: readonly number[];
  readonly rle_counts_colmajor?: readonly number[];
}
export interface Item {
  readonly id: string;
  readonly subset: string;
  readonly image: { readonly size_hw: readonly number[] | null } | null;
  readonly annotations: readonly Annotation[];
}
export interface Fixture {
  readonly fixture: string;
  readonly format: string;
  readonly options?: Readonly<Record<string, string | boolean>>;
  readonly categories: { readonly label?: readonly string[] };
  readonly subsets: Readonly<Record<string, { readonly items: number; readonly annotations: number }>>;
  readonly items: readonly Item[];
  readonly detected_as?: readonly string[];
  /** Edge cases only. */
  readonly status?: 'ok' | 'error';
}

/** Our names for Datumaro's formats. */
export const names: Readonly<Record<string, string>> = {
  coco: 'coco',
  coco_instances: 'coco',
  mmdet_coco: 'coco',
  roboflow_coco: 'coco',
  voc_instance_segmentation: 'voc-instance',
  voc_segmentation: 'voc-semantic',
  common_semantic_segmentation: 'common-semantic-segmentation',
  common_semantic_segmentation_with_subset_dirs: 'common-semantic-segmentation',
  datumaro: 'datumaro',
};

export function readFixtures(name: string): readonly Fixture[] {
  return (JSON.parse(readFileSync(fixtures + name, 'utf8')) as { fixtures: Fixture[] }).fixtures;
}

/** Formats that read no masks, and an option that adds labels by which to number categories; neither is for us. */
export const isOurs = ({ format, options }: Fixture): boolean =>
  datasetFormats.has(names[format] ?? '') &&
  options?.['keep_original_category_ids'] === undefined &&
  // Boxes alone, in the folder that holds no segmentation list.
  format !== 'voc';

export async function readSubset(format: DatasetFormat, root: string, subsetName: string, more: ReadOptions) {
  const items: ReadItem[] = [];
  const subsets = { train: subsetName, val: [], test: [] };
  for await (const item of format.read(root, { ...DATUMARO_RULES, ...more, subsets })) items.push(item);
  const samples = items.flatMap((item) => (item.kind === 'sample' ? [item.sample] : []));
  const skipped = items.filter((item) => item.kind === 'skipped' && item.unit !== 'subset');
  return { samples, skipped: skipped as Extract<ReadItem, { kind: 'skipped' }>[] };
}

const round = (value: number): number => Math.round(Math.fround(value) * 100) / 100;

function ringLine(ring: readonly number[], category: string, sample: Sample): string {
  const points = ring.map(round);
  const xs = points.filter((_, i) => i % 2 === 0);
  const ys = points.filter((_, i) => i % 2 === 1);
  const [x, y] = [Math.min(...xs), Math.min(...ys)];
  const box = [x, y, Math.max(...xs) - x, Math.max(...ys) - y];
  const twice = xs.map((_, i) => {
    const next = (i + 1) % xs.length;
    return xs[i]! * ys[next]! - xs[next]! * ys[i]!;
  });
  const area = Math.abs(twice.reduce((sum, term) => sum + term, 0)) / 2;
  const { width, height } = sample.image;
  const raster = maskArea(rasterize({ kind: 'polygons', rings: [ring] }, width, height));
  return JSON.stringify(['polygon', category, points, box.map(round), round(area), raster]);
}

function maskLine({ category, mask }: Instance, { image: { width, height } }: Sample): string {
  const bits = rasterize(mask, width, height);
  const [x0, y0, x1, y1] = tightBox(bits) ?? [0, 0, 0, 0];
  return JSON.stringify(['mask', category, countsOfMask(bits), [x0, y0, x1 - x0, y1 - y0], maskArea(bits)]);
}

export function ourLines(sample: Sample, merged: boolean): string[] {
  const line = (instance: Instance): string =>
    instance.mask.kind === 'polygons' && !merged
      ? ringLine(instance.mask.rings[0]!, instance.category, sample)
      : maskLine(instance, sample);
  return sample.instances.map(line).sort();
}

export function datumaroLines({ annotations }: Item): string[] {
  const lines = annotations.flatMap((a) => {
    if (a.type === 'mask') {
      const { bbox_tight_xywh: box, rle_counts_colmajor: counts } = a;
      return [['mask', a.label_name, counts, box, a.area]];
    }
    if (a.type !== 'polygon') return [];
    return [['polygon', a.label_name, a.points, a.bbox!.map(round), round(a.area!), a.raster_area_cocoapi]];
  });
  return lines.map((line) => JSON.stringify(line)).sort();
}

/** Datumaro's annotations that aren't masks, by what our readers call them. Boxes beside a mask of their group are parts of its record in COCO. */
export function unused(items: readonly Item[], format: string): Record<string, number> {
  const counts: Record<string, number> = {};
  const isMask = ({ type }: Annotation): boolean => type === 'mask' || type === 'polygon';
  for (const { annotations } of items) {
    for (const { type, group } of annotations.filter((annotation) => !isMask(annotation))) {
      const hasMate = group !== 0 && annotations.some((other) => isMask(other) && other.group === group);
      if (format === 'coco' && (hasMate || type !== 'bbox')) continue;
      const reason = type === 'bbox' && !(format === 'datumaro' && hasMate) ? 'box without mask' : 'not a mask';
      counts[reason] = (counts[reason] ?? 0) + 1;
    }
  }
  return counts;
}

/** The options that a fixture's own stand for. */
export function optionsOf({ options = {} }: Fixture): ReadOptions & NamePrefixes {
  return {
    ...(options['merge_instance_polygons'] === true ? { parts: 'together' } : {}),
    ...(options['image_prefix'] === undefined ? {} : { imagePrefix: String(options['image_prefix']) }),
    ...(options['mask_prefix'] === undefined ? {} : { maskPrefix: String(options['mask_prefix']) }),
  };
}

/** How many items and annotations each subset has, as `expected.json` gives them. */
export async function countListed(format: DatasetFormat, path: string, options: NamePrefixes) {
  const subsets: Record<string, { items: number; annotations: number }> = {};
  for await (const { subset, annotations } of format.list(path, options)) {
    const counts = (subsets[subset] ??= { items: 0, annotations: 0 });
    counts.items++;
    counts.annotations += annotations;
  }
  return subsets;
}
