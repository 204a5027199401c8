import { extname } from 'node:path';
import {
  countsOfMask,
  encodeRleString,
  maskArea,
  tightBox,
  type BitMask,
  type ImageRef,
  type Instance,
  type Sample,
} from '@sluice/data';

/** A mask that answers a prompt, in COCO's words: run lengths, so that the masks of many images fit into memory. */
export interface PredictedMask {
  /** `Instance.id` and category of what was asked for. */
  readonly instance: string;
  readonly category: string;
  /** IoU that the model predicts of its own mask. */
  readonly score: number;
  readonly area: number;
  /** x, y, width, height; zeros where the mask has no pixel. */
  readonly bbox: readonly number[];
  readonly segmentation: { readonly size: readonly [number, number]; readonly counts: string };
}

export interface PredictedImage {
  readonly sample: Pick<Sample, 'id'> & { readonly image: Pick<ImageRef, 'path' | 'width' | 'height'> };
  readonly masks: readonly PredictedMask[];
}

export function predictedMask(
  { id, category }: Pick<Instance, 'id' | 'category'>,
  mask: BitMask,
  score: number,
): PredictedMask {
  const { width, height } = mask;
  const [x0, y0, x1, y1] = tightBox(mask) ?? [0, 0, 0, 0];
  return {
    ...{ instance: id, category, score },
    area: maskArea(mask),
    bbox: [x0, y0, x1 - x0, y1 - y0],
    segmentation: { size: [height, width], counts: encodeRleString(countsOfMask(mask)) },
  };
}

/**
 * COCO instances with a `score`, and with the id of what was asked for as `instance`. Images are numbered from 1 in their order, categories from 1
 * by name; file names are those of the dataset, with its folders.
 */
export function cocoPredictions(predicted: readonly PredictedImage[]): object {
  const names = [...new Set(predicted.flatMap(({ masks }) => masks.map(({ category }) => category)))].sort();
  let id = 0;
  return {
    images: predicted.map(({ sample: { id: name, image } }, index) => {
      const { path, width, height } = image;
      const ending = extname(path);
      return { id: index + 1, file_name: name.endsWith(ending) ? name : name + ending, width, height };
    }),
    annotations: predicted.flatMap(({ masks }, index) =>
      masks.map(({ category, ...mask }) => ({
        ...{ id: ++id, image_id: index + 1, category_id: names.indexOf(category) + 1, iscrowd: 0 },
        ...mask,
      })),
    ),
    categories: names.map((name, index) => ({ id: index + 1, name })),
  };
}
