import type { Sample, Subset } from '../contracts.js';
import type { ListedImage, NamePrefixes } from './listed-image.js';

/** Reads one dataset format. New formats register in `formats.ts`. */
export interface DatasetFormat {
  /** As written in `format:`. */
  readonly name: string;
  /** Says whether a folder (or annotation file) looks like this format, and by what. Reads at most the start of an annotation file. */
  readonly detect: (root: string) => Promise<Detection | undefined>;
  /** The names of the dataset's categories, in its order, whether or not something bears them. */
  readonly categories: (root: string) => Promise<readonly string[]>;
  /** The category that stands for no object at all, in datasets of mask images. */
  readonly background: (root: string) => Promise<string | undefined>;
  /** The dataset's own names of all its subsets. */
  readonly subsets: (root: string) => Promise<readonly string[]>;
  /** What the dataset lists in all its subsets, counted as Datumaro counts it; judges nothing. */
  readonly list: (root: string, prefixes?: NamePrefixes) => AsyncIterable<ListedImage>;
  /**
   * Yields in file order. Decodes no photographs; mask images one by one, as their samples are asked for. Each image, and each annotation, that the dataset lists is told of exactly once: in a sample or as skipped.
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
  /**
   * What to do with COCO's annotations that are a box and no mask: skip, or take the filled box for a mask, so that a model can be asked for what is in it.
   * @default 'skip'
   */
  readonly boxes?: 'skip' | 'use';
  /**
   * Where a pixel has an object's number beside its class, or only a class: `objects` makes one instance an object (one a class where there are no objects),
   * `classes` one a class and image, `components` one a connected region of a class.
   * @default 'objects' for voc-instance, 'classes' for voc-semantic and common-semantic-segmentation
   */
  readonly instances?: InstancesOf;
  /** What to do with the background's mask. @default 'skip' */
  readonly background?: 'skip' | 'use';
  /** What to do with the mask of pixels that belong to no class for sure (255). @default 'skip' */
  readonly void?: 'skip' | 'use';
  /** Polygons of one object (of one annotation or group): one instance together, or one each. @default 'together' */
  readonly parts?: 'together' | 'separate';
  /** What to do with images without a usable instance: skip, or yield them without instances. @default 'skip' */
  readonly empty?: 'skip' | 'use';
  /** Where the dataset declares an image's size: trust it, or look into the image's header and skip images that differ. @default 'trust' */
  readonly sizes?: 'trust' | 'check';
  /** Common Semantic Segmentation: only images whose names start so are read; an id lacks the prefix. @default '' */
  readonly imagePrefix?: string;
  /** As `imagePrefix`, for masks. @default '' */
  readonly maskPrefix?: string;
}

export type InstancesOf = 'objects' | 'classes' | 'components';

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
  | 'image size differs from the declared one'
  | 'no usable instance'
  | 'mask file missing'
  | 'mask file unreadable'
  | 'mask size differs from the image'
  // annotations
  | 'image skipped'
  | 'image not listed'
  | 'invalid annotation record'
  | 'duplicate annotation'
  | 'unknown category'
  | 'crowd'
  | 'background'
  | 'void'
  | 'not a mask'
  | 'box without mask'
  | 'invalid polygon'
  | 'invalid RLE'
  | 'RLE size differs from the image'
  | 'no pixel inside the image';
