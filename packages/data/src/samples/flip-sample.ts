import type { Flip, Instance, Sample } from '../contracts.js';
import type { BitMask } from '../masks/bit-mask.js';
import { rasterize } from '../masks/rasterize.js';
import { countsOfMask } from '../masks/rle-counts.js';
import { flipPixels } from './flip-pixels.js';

/**
 * The sample in a mirror, as a sample of its own with the key `<subset>/<id>@<flip>`. Its masks are the mirror images of the drawn masks, to
 * the pixel (a polygon's mirrored corners would be drawn a little otherwise). The image is mirrored when its pixels are read.
 */
export function flipSample(sample: Sample, flip: Flip): Sample {
  const { id, subset, image } = sample;
  const flippedId = `${id}@${flip}`;
  const flipped = (instance: Instance): Instance => {
    const mask = rasterize(instance.mask, image.width, image.height);
    return { ...instance, mask: { kind: 'rle', ...sizeOf(mask), counts: countsOfMask(flipMask(mask, flip)) } };
  };
  return {
    ...sample,
    key: `${subset}/${flippedId}`,
    id: flippedId,
    image: { ...image, flip },
    instances: sample.instances.map(flipped),
  };
}

function flipMask({ width, height, data }: BitMask, flip: Flip): BitMask {
  return { width, height, data: flipPixels(data, width, height, 1, flip) };
}

const sizeOf = ({ width, height }: BitMask): { readonly width: number; readonly height: number } => ({ width, height });
