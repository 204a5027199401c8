import { coco } from './coco/coco.js';
import { datumaro } from './datumaro/datumaro.js';
import type { DatasetFormat } from './dataset-format.js';
import { commonSemanticSegmentation } from './semantic/common-semantic-segmentation.js';
import { vocInstance, vocSemantic } from './voc/voc.js';

/** All formats by name. */
export const datasetFormats: ReadonlyMap<string, DatasetFormat> = new Map(
  [coco, vocInstance, vocSemantic, commonSemanticSegmentation, datumaro].map((format) => [format.name, format]),
);
