import { defineContract } from '@sluice/core';
import type { Subset } from '@sluice/data';

/** A file of masks. */
export interface PredictionsFile {
  readonly subset: Subset;
  /** COCO instances, each with a `score`. */
  readonly path: string;
}

export const PredictionsContract = defineContract<PredictionsFile>('Predictions', 'A file of predicted masks.');
