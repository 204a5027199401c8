import { defineContract } from '@sluice/core';

/** An image file, by reference: pixels stay on disk. */
export interface Picture {
  /** File name, for people. */
  readonly name: string;
  /** Absolute path. */
  readonly path: string;
  /** In pixels, as the file is to be decoded. */
  readonly width: number;
  readonly height: number;
}

/** What was measured of a picture. */
export interface PictureStatistics {
  readonly name: string;
  readonly width: number;
  readonly height: number;
  /** Mean of red, green and blue, 0 to 255. */
  readonly mean: readonly [number, number, number];
  /** Standard deviation of the brightness, 0 to 127.5. */
  readonly contrast: number;
}

/** A report on a set of pictures. */
export interface Report {
  /** Absolute path. */
  readonly path: string;
  readonly pictures: number;
}

export const PictureContract = defineContract<Picture>('Picture', 'An image file by path and size.');
export const StatisticsContract = defineContract<PictureStatistics>(
  'PictureStatistics',
  'Colour and contrast of a picture.',
);
export const ReportContract = defineContract<Report>('Report', 'A page about a set of pictures.');
