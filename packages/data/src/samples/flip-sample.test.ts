import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Flip, Sample } from '../contracts.js';
import { modelInputOf } from '../images/model-input.js';
import { readPixels } from '../images/read-pixels.js';
import { sharpCodec } from '../images/image-codec.js';
import { rasterize } from '../masks/rasterize.js';
import { promptSampler } from '../prompts/prompt-sampler.js';
import { flipSample } from './flip-sample.js';

const [width, height] = [31, 20];
let folder: string;
let sample: Sample;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'flip-'));
  const path = join(folder, 'a.png');
  const data = Uint8Array.from({ length: width * height * 3 }, (_, i) => (i * 37) % 251);
  await sharp(data, { raw: { width, height, channels: 3 } })
    .png()
    .toFile(path);
  const rings = [[2.3, 3.1, 12.6, 4.4, 7.2, 15.9]];
  const instances = [{ id: '1', category: 'leaf', mask: { kind: 'polygons' as const, rings } }];
  sample = { key: 'train/a', id: 'a', subset: 'train', image: { path, width, height }, instances };
});
afterAll(() => rm(folder, { recursive: true }));

const place = (flip: Flip, x: number, y: number): number => {
  const [u, v] = [flip === 'vertical' ? x : width - 1 - x, flip === 'horizontal' ? y : height - 1 - y];
  return v * width + u;
};

describe.each(['horizontal', 'vertical', 'both'] as const)('a %s flip', (flip) => {
  it('mirrors the image and its masks, pixel by pixel', async () => {
    const flipped = flipSample(sample, flip);
    const [before, after] = await Promise.all([sample, flipped].map(({ image }) => readPixels(image, sharpCodec)));
    const [mask, mirrored] = [sample, flipped].map(({ instances }) => rasterize(instances[0]!.mask, width, height));
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < width; x++) {
        const at = place(flip, x, y);
        expect(mirrored!.data[y * width + x]).toBe(mask!.data[at]);
        for (let c = 0; c < 3; c++) expect(after!.data[(y * width + x) * 3 + c]).toBe(before!.data[at * 3 + c]);
      }
    }
  });

  it('is a sample of its own: another key, embedding and prompts, and twice gives the same masks again', async () => {
    const flipped = flipSample(sample, flip);
    expect(flipped.key).toBe(`train/a@${flip}`);
    expect((await modelInputOf(flipped)).digest).not.toBe((await modelInputOf(sample)).digest);
    const [x0, y0, x1, y1] = promptSampler({ seed: 0 })(sample).promptsAt('evaluation')[0]!.box!;
    const [u0, u1] = flip === 'vertical' ? [x0, x1] : [width - x1, width - x0];
    const [v0, v1] = flip === 'horizontal' ? [y0, y1] : [height - y1, height - y0];
    expect(promptSampler({ seed: 0 })(flipped).promptsAt('evaluation')[0]!.box).toEqual([u0, v0, u1, v1]);
    fc.assert(
      fc.property(fc.array(fc.integer({ min: -3, max: 34 }), { minLength: 6, maxLength: 20 }), (ring) => {
        const even = ring.slice(0, ring.length & ~1);
        const drawn = {
          ...sample,
          instances: [{ ...sample.instances[0]!, mask: { kind: 'polygons' as const, rings: [even] } }],
        };
        const twice = flipSample(flipSample(drawn, flip), flip);
        expect(rasterize(twice.instances[0]!.mask, width, height)).toEqual(
          rasterize(drawn.instances[0]!.mask, width, height),
        );
      }),
      { numRuns: 50 },
    );
  });
});
