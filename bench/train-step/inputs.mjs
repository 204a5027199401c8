import { randomOf } from '@sluice/core';

/**
 * @typedef {{ width: number, height: number }} Size
 * @typedef {[number, number, number, number]} Box
 */

/** Size of the picture that is asked about: its pixels are the frame's. Boxes are made for it. */
export const pictureSize = { width: 1024, height: 685 };

/**
 * How an image of a size lies in the model's frame: the longer side becomes 1024.
 * @param {Size} image
 */
export function frameOf({ width, height }) {
  const scale = 1024 / Math.max(width, height);
  return { size: 1024, width: Math.floor(width * scale + 0.5), height: Math.floor(height * scale + 0.5) };
}

/**
 * A box of the frame in the pixels of an image.
 * @param {Box} box
 * @param {Size} image
 * @returns {Box}
 */
export function inImage([x0, y0, x1, y1], image) {
  const frame = frameOf(image);
  const [right, down] = [image.width / frame.width, image.height / frame.height];
  return [x0 * right, y0 * down, x1 * right, y1 * down];
}

/**
 * Boxes (x0, y0, x1, y1), 40 to 400 pixels a side.
 * @param {number} count
 * @returns {Box[]}
 */
export function generateBoxes(count) {
  const image = pictureSize;
  const random = randomOf(0, 'bench', 'boxes', count);
  return Array.from({ length: count }, () => {
    const [rx, ry] = [20 + random.uniform() * 180, 20 + random.uniform() * 180];
    const cx = rx + random.uniform() * (image.width - 2 * rx);
    const cy = ry + random.uniform() * (image.height - 2 * ry);
    return [cx - rx, cy - ry, cx + rx, cy + ry];
  });
}

/**
 * The mask to predict for a box: the ellipse inscribed in it.
 * @param {Readonly<Box>} box
 * @param {Size} image
 * @returns {import('@sluice/data').BitMask}
 */
export function maskOf([x0, y0, x1, y1], { width, height }) {
  const data = new Uint8Array(width * height);
  const [cx, cy, rx, ry] = [(x0 + x1) / 2, (y0 + y1) / 2, (x1 - x0) / 2, (y1 - y0) / 2];
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      data[y * width + x] = ((x + 0.5 - cx) / rx) ** 2 + ((y + 0.5 - cy) / ry) ** 2 <= 1 ? 1 : 0;
    }
  }
  return { width, height, data };
}

/**
 * A tensor [N, 4] as boxes.
 * @param {Float32Array} values
 * @returns {Box[]}
 */
export const boxesOf = (values) =>
  Array.from({ length: values.length / 4 }, (_, i) => Array.from(values.subarray(i * 4, i * 4 + 4)));
