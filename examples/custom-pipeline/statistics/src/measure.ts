import type { RgbImage } from '@sluice/data';
import type { PictureStatistics } from '@pictures/contracts';

/** Mean colour, and how far the brightness (mean of the three channels) strays from its mean. */
export function measure({ data }: Pick<RgbImage, 'data'>): Pick<PictureStatistics, 'mean' | 'contrast'> {
  const pixels = data.length / 3;
  const sums: [number, number, number] = [0, 0, 0];
  let squares = 0;
  for (let i = 0; i < data.length; i += 3) {
    for (let channel = 0; channel < 3; channel++) sums[channel]! += data[i + channel]!;
    squares += ((data[i]! + data[i + 1]! + data[i + 2]!) / 3) ** 2;
  }
  const brightness = (sums[0] + sums[1] + sums[2]) / 3 / pixels;
  return {
    mean: [sums[0] / pixels, sums[1] / pixels, sums[2] / pixels],
    contrast: Math.sqrt(Math.max(0, squares / pixels - brightness ** 2)),
  };
}
