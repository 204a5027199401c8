import { drawMasks, type BitMask, type RgbImage } from '@sluice/data';

const gap = 8;

/** Panels from left to right on white: the image alone, then the image once for each list of masks drawn over it. */
export function drawPanels(image: RgbImage, maskLists: readonly (readonly BitMask[])[]): RgbImage {
  const { width, height } = image;
  const panels = [image.data, ...maskLists.map((masks) => drawMasks(image, masks).data)];
  const stride = (width + gap) * panels.length - gap;
  const data = new Uint8Array(stride * height * 3).fill(255);
  panels.forEach((panel, column) => {
    for (let y = 0; y < height; y++) {
      data.set(panel.subarray(y * width * 3, (y + 1) * width * 3), (y * stride + column * (width + gap)) * 3);
    }
  });
  return { width: stride, height, data };
}
