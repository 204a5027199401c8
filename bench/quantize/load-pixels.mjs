import { coco, modelInputOf, promptSampler } from '@sluice/data';

/**
 * A dataset's first training images to calibrate on, and all of its validation and test images, with boxes to ask for; pixels are read when they are
 * asked for.
 * @param {string} root
 * @param {number} calibration
 */
export async function loadPixels(root, calibration) {
  /** @typedef {Awaited<ReturnType<typeof modelInputOf>> & { prompted: ReturnType<ReturnType<typeof promptSampler>> }} Input */
  /** @type {Record<'train' | 'val' | 'test', Input[]>} */
  const images = { train: [], val: [], test: [] };
  for await (const item of coco.read(root)) {
    if (item.kind === 'skipped') continue;
    const { sample } = item;
    if (sample.subset === 'train' && images.train.length >= calibration) continue;
    images[sample.subset].push({ ...(await modelInputOf(sample)), prompted: promptSampler({ seed: 0 })(sample) });
  }
  return images;
}
