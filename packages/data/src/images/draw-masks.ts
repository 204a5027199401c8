import type { BitMask } from '../masks/bit-mask.js';
import type { RgbImage } from './rgb-image.js';

/**
 * An image's pixels with masks of its size drawn over them, each in a colour of its own: half transparent inside, opaque on its border. The first
 * mask has the colour of number `first`, so that masks may be drawn a few at a time.
 */
export function drawMasks(image: RgbImage, masks: readonly BitMask[], first = 0): RgbImage {
  const { width, height } = image;
  const result = Uint8Array.from(image.data); // `slice` of a Buffer would share its memory
  masks.forEach((mask, index) => {
    const color = colorOf(first + index);
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < width; x++) {
        if (mask.data[y * width + x] === 0) continue;
        const opacity = isBorder(mask, x, y) ? 1 : 0.45;
        const at = (y * width + x) * 3;
        for (let c = 0; c < 3; c++) result[at + c] = Math.round(result[at + c]! * (1 - opacity) + color[c]! * opacity);
      }
    }
  });
  return { width, height, data: result };
}

/** True within two pixels of the mask's outside, so that the line stays visible when the picture is made smaller. */
function isBorder({ width, height, data }: BitMask, x: number, y: number): boolean {
  const inside = (px: number, py: number): boolean =>
    px >= 0 && py >= 0 && px < width && py < height && data[py * width + px] !== 0;
  return !(inside(x - 2, y) && inside(x + 2, y) && inside(x, y - 2) && inside(x, y + 2));
}

/** Hues a golden angle apart, at full saturation: neighbours in the list never look alike. */
function colorOf(index: number): readonly [number, number, number] {
  const hue = (index * 137.508 + 200) % 360;
  const channel = (n: number): number => {
    const k = (n + hue / 30) % 12;
    return Math.round(255 * (0.55 - 0.45 * Math.max(-1, Math.min(k - 3, 9 - k, 1))));
  };
  return [channel(0), channel(8), channel(4)];
}
