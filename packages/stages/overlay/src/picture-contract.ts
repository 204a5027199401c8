import { defineContract } from '@sluice/core';

/** A PNG file that was drawn. */
export interface PictureFile {
  /** Sample id. */
  readonly id: string;
  readonly path: string;
}

export const PictureContract = defineContract<PictureFile>('Picture', 'A picture in the run folder.');
