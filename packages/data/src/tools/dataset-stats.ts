import type { ReadOptions } from '../formats/dataset-format.js';
import type { FoundFormat } from '../formats/find-format.js';
import { emptyTallies, tally, type Tallies } from '../formats/tally.js';
import { maskArea } from '../masks/bit-mask.js';
import { rasterize } from '../masks/rasterize.js';
import { histogram, type Histogram } from './histogram.js';
import { readSubsets } from './read-subsets.js';

export interface DatasetStats {
  readonly format: string;
  /** What the format is known by. */
  readonly reason: string;
  /** All that the dataset lists, counted as Datumaro counts: boxes, labels, masks and each polygon by itself. */
  readonly subsets: Readonly<Record<string, { readonly items: number; readonly annotations: number }>>;
  readonly categories: readonly string[];
  /** What a pipeline would leave out, by reason. */
  readonly skipped: Readonly<Record<string, number>>;
  /** What a pipeline would see: of each, `read` is `used` and all skipped. */
  readonly images: { readonly read: number; readonly used: number };
  readonly annotations: { readonly read: number; readonly used: number };
  /** Used instances by subset and category. */
  readonly instances: Readonly<Record<string, Readonly<Record<string, number>>>>;
  /** Used images by their longer side in pixels. */
  readonly imageSizes: Histogram;
  /** Used instances by their area in pixels. */
  readonly instanceAreas: Histogram;
}

/** Reads a whole dataset and counts. Image headers are read, no photographs decoded. */
export async function datasetStats(root: string, found: FoundFormat, options: ReadOptions = {}): Promise<DatasetStats> {
  const listed = new Map<string, { items: number; annotations: number }>();
  for await (const { subset, annotations } of found.format.list(root, options)) {
    const counts = listed.get(subset) ?? { items: 0, annotations: 0 };
    listed.set(subset, { items: counts.items + 1, annotations: counts.annotations + annotations });
  }
  const sizes = histogram([256, 512, 1024, 2048, 4096]);
  const areas = histogram([16 ** 2, 32 ** 2, 96 ** 2, 256 ** 2]);
  const instances = new Map<string, Map<string, number>>();
  let counts = emptyTallies;
  for await (const { subset, item } of readSubsets(root, found, { ...options, sizes: 'check' })) {
    counts = tally(counts, item);
    if (item.kind === 'skipped') continue;
    const { width, height } = item.sample.image;
    sizes.add(Math.max(width, height));
    const own = instances.get(subset) ?? new Map<string, number>();
    instances.set(subset, own);
    for (const { category, mask } of item.sample.instances) {
      own.set(category, (own.get(category) ?? 0) + 1);
      areas.add(maskArea(rasterize(mask, width, height)));
    }
  }
  return {
    format: found.format.name,
    reason: found.reason,
    subsets: Object.fromEntries(listed),
    categories: await found.format.categories(root),
    ...totals(counts),
    instances: Object.fromEntries([...instances].map(([subset, own]) => [subset, Object.fromEntries(own)])),
    imageSizes: sizes.result(),
    instanceAreas: areas.result(),
  };
}

/** What was read, used and skipped, the latter by reason alone. */
export function totals({ image, annotation }: Tallies): Pick<DatasetStats, 'images' | 'annotations' | 'skipped'> {
  return {
    images: { read: image.read, used: image.used },
    annotations: { read: annotation.read, used: annotation.used },
    skipped: { ...image.skipped, ...annotation.skipped },
  };
}
