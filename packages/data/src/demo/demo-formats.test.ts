import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { datasetFormats } from '../formats/formats.js';
import { imageDigest } from '../images/model-input.js';
import { frameOf } from '../images/frame.js';
import { rasterize } from '../masks/rasterize.js';
import { countsOfMask } from '../masks/rle-counts.js';
import { promptSampler } from '../prompts/prompt-sampler.js';
import { writeDemoDataset } from './write-demo-dataset.js';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'demo-formats-'));
});
afterAll(() => rm(folder, { recursive: true }));

/** All of a dataset that a pipeline's result depends on; where files lie and how instances are numbered is not. */
async function essenceOf(name: string): Promise<unknown[]> {
  const root = join(folder, name);
  await writeDemoDataset(root, { seed: 3, train: 2, val: 1, test: 1, width: 200, height: 150, format: name });
  const format = datasetFormats.get(name)!;
  const isSemantic = name.endsWith('semantic') || name.endsWith('segmentation');
  const essence: unknown[] = [];
  for await (const item of format.read(root, isSemantic ? { instances: 'components' } : {})) {
    if (item.kind === 'skipped') {
      expect(item.reason).toBe('background');
      continue;
    }
    const { key, image, instances } = item.sample;
    const { width, height } = image;
    const prompted = promptSampler({ seed: 0 })(item.sample);
    const prompts = ([1, 'evaluation'] as const).map((epoch) => prompted.promptsAt(epoch).map(({ box }) => box));
    const masks = instances.map(({ category, mask }) => [category, countsOfMask(rasterize(mask, width, height))]);
    essence.push([key, await imageDigest(image, frameOf(width, height, 1024), 'sam'), masks, prompts]);
  }
  return essence;
}

it('in all five formats the demo holds the same pictures, masks and prompts, in one order', async () => {
  const [first, ...others] = await Promise.all([...datasetFormats.keys()].map(essenceOf));
  expect(first).toHaveLength(4);
  for (const other of others) expect(other).toEqual(first);
});

it('refuses a format that there is none of', async () => {
  await expect(writeDemoDataset(join(folder, 'x'), { format: 'yolo' })).rejects.toMatchObject({
    code: 'data/FORMAT_NAME',
  });
});
