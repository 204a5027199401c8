import { createHash } from 'node:crypto';

/** How a tensor's range is chosen from the values that it had: all of them, all but the outermost, or the range with the least error. */
export const calibrators = ['minmax', 'percentile', 'mse'] as const;

export type Calibrator = (typeof calibrators)[number];

export interface Range {
  readonly min: number;
  readonly max: number;
}

/** What a model's activations were like over the calibration images: plain data, the same for the same model, images and options. */
export interface Calibration {
  readonly calibrator: Calibrator;
  /** How many images were run. */
  readonly images: number;
  /** By the activation's name: the range that its 256 levels cover. */
  readonly ranges: Readonly<Record<string, Range>>;
  /** By the name of a map [N, C, ...] that a convolution gives: the range of each channel. */
  readonly channels: Readonly<Record<string, readonly Range[]>>;
  /** SHA-256 (hex) of the rest. */
  readonly digest: string;
}

export function calibrationOf(rest: Omit<Calibration, 'digest'>): Calibration {
  return { ...rest, digest: createHash('sha256').update(JSON.stringify(rest)).digest('hex') };
}
