import type { Instance } from '../contracts.js';

/** An image to write: the file's bytes as they are, under a name with extension. */
export interface ImageToWrite {
  /** Relative, with slashes; without the extension it is the image's id. */
  readonly fileName: string;
  readonly width: number;
  readonly height: number;
  readonly bytes: Uint8Array;
  readonly instances: readonly Instance[];
}

export interface DatasetToWrite {
  readonly categories: readonly string[];
  /** The category that stands for no object at all. @default the one called "background", else none */
  readonly background?: string | undefined;
  /** By the subset's name, in order. */
  readonly subsets: Readonly<Record<string, Iterable<ImageToWrite> | AsyncIterable<ImageToWrite>>>;
}

/** Why something is not in the written dataset as it was: formats differ in what they hold. */
export type LossReason =
  | 'void area'
  | 'crowd'
  | 'background'
  | 'instance hidden by others'
  | 'instance hidden in part by others'
  | 'instance merged with others of its class'
  | 'outline became pixels'
  | 'image name that the format has no place for'
  | 'image renamed: another subset has that name';

export interface Loss {
  readonly reason: LossReason;
  /** What was lost, so that a person finds it. */
  readonly item: string;
}

/**
 * Writes a whole dataset into a folder; what the format can't hold is told of, one by one. Instance ids are numbered anew.
 * Throws where names don't fit: two images of one name, a name that leads out, a category that is not listed.
 */
export type DatasetWriter = (root: string, dataset: DatasetToWrite, lose?: (loss: Loss) => void) => Promise<void>;
