import { randomOf } from '@sluice/core';

/** The frame of the reference photograph: 2241x1500 pixels, 1024x685 of the model's 1024x1024. */
export const frame = { width: 1024, height: 685 };

/**
 * Boxes [count, 4] (x0, y0, x1, y1 in the 1024 frame) and as targets the ellipses inscribed in them [count, 256, 256] (0 or 1).
 * @param {number} count
 */
export function boxesAndTargets(count) {
  const random = randomOf(0, 'bench', 'boxes', count);
  const boxes = new Float32Array(count * 4);
  const targets = new Float32Array(count * 256 * 256);
  for (let i = 0; i < count; i++) {
    const [rx, ry] = [20 + random.uniform() * 180, 20 + random.uniform() * 180];
    const cx = rx + random.uniform() * (frame.width - 2 * rx);
    const cy = ry + random.uniform() * (frame.height - 2 * ry);
    boxes.set([cx - rx, cy - ry, cx + rx, cy + ry], i * 4);
    for (let y = 0; y < 256; y++) {
      for (let x = 0; x < 256; x++) {
        const inside = ((x * 4 + 2 - cx) / rx) ** 2 + ((y * 4 + 2 - cy) / ry) ** 2 <= 1;
        targets[(i * 256 + y) * 256 + x] = inside ? 1 : 0;
      }
    }
  }
  return { boxes, targets };
}
