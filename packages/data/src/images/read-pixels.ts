import type { ImageRef } from '../contracts.js';
import { flipPixels } from '../samples/flip-pixels.js';
import type { ImageCodec } from './image-codec.js';
import type { RgbImage } from './rgb-image.js';

/** An image's pixels, mirrored where it is seen in a mirror. */
export async function readPixels(image: ImageRef, codec: Pick<ImageCodec, 'decode'>): Promise<RgbImage> {
  const { width, height, data } = await codec.decode(image);
  return { width, height, data: image.flip ? flipPixels(data, width, height, 3, image.flip) : data };
}
