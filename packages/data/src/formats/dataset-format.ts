import type { Sample, Subset } from '../contracts.js';

/** Reads one dataset format. New formats register in `formats.ts`. */
export interface DatasetFormat {
  /** As written in `format:`. */
  readonly name: string;
  /** Says whether a folder (or annotation file) looks like this format, and by what. Opens no annotation file. */
  readonly detect: (root: string) => Promise<Detection | undefined>;
  /**
   * Yields in file order and decodes no pixels. Each image, and each annotation, that the dataset lists is told of exactly once: in a sample or as skipped.
   * Throws a `data/…` error only if the dataset as a whole, or an annotation file, can't be read.
   */
  readonly read: (root: string, options?: ReadOptions) => AsyncIterable<ReadItem>;
}

export interface Detection {
  readonly format: string;
  /** What was found, for a person. */
  readonly reason: string;
}

export interface ReadOptions {
  /** The dataset's own names for our subsets; a subset left out keeps its usual names (`subset-names.ts`). */
  readonly subsets?: SubsetNames;
  /** What to do with annotations marked as crowds, which have no single outline. @default 'skip' */
  readonly crowds?: 'skip' | 'use';
}

export type SubsetNames = Readonly<Partial<Record<Subset, string | readonly string[]>>>;

export type ReadItem =
  | { readonly kind: 'sample'; readonly sample: Sample }
  | {
      readonly kind: 'skipped';
      readonly unit: Unit;
      readonly reason: SkipReason;
      /** What was skipped, so that a person finds it: file and id. */
      readonly item: string;
      readonly detail?: string;
      /** How many units this item stands for. @default 1 */
      readonly count?: number;
    };

/** What is counted. A sample is one image and as many annotations as it has instances. */
export type Unit = 'image' | 'annotation' | 'subset';

/** Every reason there is, in words that a report can print. */
export type SkipReason =
  // subsets
  | 'subset not used'
  // images
  | 'invalid image record'
  | 'duplicate image'
  | 'path outside the dataset'
  | 'image file missing'
  | 'image file unreadable'
  | 'image too large'
  | 'no usable instance'
  // annotations
  | 'image skipped'
  | 'image not listed'
  | 'invalid annotation record'
  | 'duplicate annotation'
  | 'unknown category'
  | 'crowd'
  | 'box without mask'
  | 'invalid polygon'
  | 'invalid RLE'
  | 'RLE size differs from the image'
  | 'no pixel inside the image';
