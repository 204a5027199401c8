import { randomOf } from '@sluice/core';

/** Size of the picture that is asked about; prompts and masks are in its pixels, which are the frame's. */
export const image = { width: 1024, height: 685 };
export const frame = { size: 1024, ...image };

/**
 * Boxes (x0, y0, x1, y1), 40 to 400 pixels a side.
 * @param {number} count
 * @returns {[number, number, number, number][]}
 */
export function generateBoxes(count) {
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
 * @param {readonly [number, number, number, number]} box
 * @returns {import('@sluice/data').BitMask}
 */
export function maskOf([x0, y0, x1, y1]) {
  const { width, height } = image;
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
 * @returns {[number, number, number, number][]}
 */
export const boxesOf = (values) =>
  Array.from({ length: values.length / 4 }, (_, i) => Array.from(values.subarray(i * 4, i * 4 + 4)));
