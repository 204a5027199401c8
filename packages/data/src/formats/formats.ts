import { coco } from './coco/coco.js';
import type { DatasetFormat } from './dataset-format.js';

/** All formats by name. */
export const datasetFormats: ReadonlyMap<string, DatasetFormat> = new Map(
  [coco].map((format) => [format.name, format]),
);
