import { writeCoco } from './coco/write-coco.js';
import type { DatasetWriter } from './dataset-writer.js';
import { writeDatumaro } from './datumaro/write-datumaro.js';
import { writeSemantic } from './semantic/write-semantic.js';
import { writeVocInstance, writeVocSemantic } from './voc/write-voc.js';

/** All writers by the format's name. */
export const datasetWriters: ReadonlyMap<string, DatasetWriter> = new Map([
  ['coco', writeCoco],
  ['voc-instance', writeVocInstance],
  ['voc-semantic', writeVocSemantic],
  ['common-semantic-segmentation', writeSemantic],
  ['datumaro', writeDatumaro],
]);
