import { defineContract } from '@sluice/core';

export type Subset = 'train' | 'val' | 'test';

/** An image file and its size in pixels, as its masks are drawn (after EXIF orientation where that is applied). */
export interface ImageRef {
  /** Absolute path. */
  readonly path: string;
  readonly width: number;
  readonly height: number;
  /** Seen in a mirror: the file's pixels are turned so when they are read. */
  readonly flip?: Flip;
}

/** Left and right changed places, top and bottom, or both. */
export type Flip = 'horizontal' | 'vertical' | 'both';

/** A mask as the dataset stores it. Polygon rings are flat `[x, y, ...]`; RLE runs are column-major, first run zeros. */
export type MaskSource =
  | { readonly kind: 'polygons'; readonly rings: readonly (readonly number[])[] }
  | { readonly kind: 'rle'; readonly width: number; readonly height: number; readonly counts: readonly number[] };

/** One object of an image: all its parts together. */
export interface Instance {
  /** Unique within the sample. */
  readonly id: string;
  readonly category: string;
  readonly mask: MaskSource;
  /** What it is if no single object; only where reading was asked to use such. */
  readonly kind?: 'crowd' | 'void';
}

/** An image with its instances. */
export interface Sample {
  /** `<subset>/<id>`: unique within the dataset. */
  readonly key: string;
  readonly id: string;
  readonly subset: Subset;
  readonly image: ImageRef;
  readonly instances: readonly Instance[];
}

/** How an image lies in the square model frame: `frame = image * scale`, at the top left. */
export interface Frame {
  /** Side of the square, 1024 for SAM. */
  readonly size: number;
  /** Part that the resized image covers, in frame pixels. */
  readonly width: number;
  readonly height: number;
}

/** An image ready for the encoder. Pixels are made when `load` is called, never kept on the stream. */
export interface ModelInput {
  readonly key: string;
  readonly subset: Subset;
  readonly image: ImageRef;
  readonly frame: Frame;
  /** SHA-256 (hex) of the image file's bytes and of everything that shapes the pixels (mode, size, filter, version). */
  readonly digest: string;
  /** Normalised pixels, float32 `[3, size, size]`, RGB. */
  readonly load: () => Promise<Float32Array<ArrayBuffer>>;
}

/** Image pixel coordinates: pixel (x, y) covers [x, x+1) x [y, y+1) for boxes; points name a pixel by its index, as SAM's API does. */
export interface Prompt {
  /** `Instance.id` that the prompt asks for. */
  readonly instance: string;
  /** x0, y0, x1, y1. */
  readonly box?: readonly [number, number, number, number];
  readonly points?: readonly { readonly x: number; readonly y: number; readonly label: 0 | 1 }[];
}

/** A sample and the prompts to ask for its instances. */
export interface PromptedSample {
  readonly sample: Sample;
  /**
   * Prompts of a training epoch (1, 2, ...) or the fixed ones for evaluation. A pure function of (seed, epoch, instance):
   * never of order or concurrency.
   */
  readonly promptsAt: (epoch: number | 'evaluation') => readonly Prompt[];
  /**
   * All that prompts and masks depend on, as JSON: equal identities, equal `promptsAt` and masks, in whatever process. Digests for what
   * is large, options by their names: a difference is shown to the user.
   */
  readonly identity: () => Readonly<Record<string, string | number | boolean>>;
}

export const SampleContract = defineContract<Sample>('Sample', 'An image with its labelled instances.');
export const ModelInputContract = defineContract<ModelInput>(
  'ModelInput',
  'An image resized, padded and normalised for the encoder.',
);
export const PromptedSampleContract = defineContract<PromptedSample>(
  'PromptedSample',
  'A sample with the prompts to train and evaluate with.',
);
