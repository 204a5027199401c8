/** An image that a dataset lists, as Datumaro counts: whether or not its file is there and its annotations are any good. */
export interface ListedImage {
  /** The dataset's own name for the subset. */
  readonly subset: string;
  readonly id: string;
  /** Boxes, labels, masks and each polygon by itself. */
  readonly annotations: number;
}

/** Parts of file names that are no part of ids, as in `ReadOptions`. */
export interface NamePrefixes {
  readonly imagePrefix?: string;
  readonly maskPrefix?: string;
}
