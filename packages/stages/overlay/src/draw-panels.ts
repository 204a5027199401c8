import type { BitMask, RgbImage } from '@sluice/data';

const gap = 8;

/** Panels from left to right on white: the image alone, then the image once for each list of masks drawn over it. */
export function drawPanels(image: RgbImage, maskLists: readonly (readonly BitMask[])[]): RgbImage {
  const { width, height } = image;
  const panels = [image.data, ...maskLists.map((masks) => drawMasks(image, masks))];
  const stride = (width + gap) * panels.length - gap;
  const data = new Uint8Array(stride * height * 3).fill(255);
  panels.forEach((panel, column) => {
    for (let y = 0; y < height; y++) {
      data.set(panel.subarray(y * width * 3, (y + 1) * width * 3), (y * stride + column * (width + gap)) * 3);
    }
  });
  return { width: stride, height, data };
}

/** Each mask gets a colour of its own: half transparent inside, opaque on its border. */
function drawMasks(image: RgbImage, masks: readonly BitMask[]): Uint8Array {
  const { width, height } = image;
  const result = Uint8Array.from(image.data); // `slice` of a Buffer would share its memory
  masks.forEach((mask, index) => {
    const color = colorOf(index);
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < width; x++) {
        if (mask.data[y * width + x] === 0) continue;
        const opacity = isBorder(mask, x, y) ? 1 : 0.45;
        const at = (y * width + x) * 3;
        for (let c = 0; c < 3; c++) result[at + c] = Math.round(result[at + c]! * (1 - opacity) + color[c]! * opacity);
      }
    }
  });
  return result;
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
