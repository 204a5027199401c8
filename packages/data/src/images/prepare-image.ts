import type { Frame, ImageRef } from '../contracts.js';
import { sharpCodec, type ImageCodec } from './image-codec.js';
import { readPixels } from './read-pixels.js';
import { resizeAntialiased } from './resize-antialiased.js';
import { resizeBilinear } from './resize-bilinear.js';
import type { RgbImage } from './rgb-image.js';

/**
 * `sam`: as Meta's SAM: antialiased resize, normalise, then pad with 0.
 * `otx`: as OpenVINO Training Extensions: plain bilinear resize, pad with black, then normalise.
 */
export type PreprocessMode = 'sam' | 'otx';

/** SAM's channel means and standard deviations, RGB, of 255. */
const PIXEL_MEAN = [123.675, 116.28, 103.53] as const;
const PIXEL_STD = [58.395, 57.12, 57.375] as const;

/** Decodes an image and makes it ready for the encoder: float32 `[3, size, size]`, RGB. */
export async function prepareImage(
  image: ImageRef,
  frame: Frame,
  mode: PreprocessMode,
  codec: Pick<ImageCodec, 'decode'> = sharpCodec,
): Promise<Float32Array<ArrayBuffer>> {
  return modelPixels(await readPixels(image, codec), frame, mode);
}

/** Resizes, pads and normalises decoded pixels: `[height, width, 3]` bytes -> float32 `[3, size, size]`. */
export function modelPixels(image: RgbImage, frame: Frame, mode: PreprocessMode): Float32Array<ArrayBuffer> {
  const resize = mode === 'otx' ? resizeBilinear : resizeAntialiased;
  const { data } = resize(image, frame.width, frame.height);
  const plane = frame.size * frame.size;
  const pixels = new Float32Array(3 * plane);
  for (let channel = 0; channel < 3; channel++) {
    const values = Float32Array.from({ length: 256 }, (_, byte) => (byte - PIXEL_MEAN[channel]!) / PIXEL_STD[channel]!);
    const target = pixels.subarray(channel * plane, (channel + 1) * plane);
    if (mode === 'otx') target.fill(values[0]!);
    for (let y = 0; y < frame.height; y++) {
      const row = y * frame.size;
      for (let x = 0, i = y * frame.width * 3 + channel; x < frame.width; x++, i += 3)
        target[row + x] = values[data[i]!]!;
    }
  }
  return pixels;
}
