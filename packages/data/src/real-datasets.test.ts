import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { coco } from './formats/coco/coco.js';
import { emptyTallies, tally } from './formats/tally.js';
import type { Sample } from './contracts.js';
import { modelInputOf } from './images/model-input.js';
import { promptSampler } from './prompts/prompt-sampler.js';

const datasets = fileURLToPath(new URL('../../../../shared/datasets/', import.meta.url));

// Counts: the datasets' own description; it counts the two crowds among the instances.
describe.skipIf(!existsSync(datasets))('photographs (needs ../shared)', () => {
  it.each([
    { name: 'seedlings', images: [59, 17, 8], instances: [479, 104, 49], crowds: 0, empty: 0 },
    { name: 'nuclei-fluo', images: [64, 16, 19], instances: [1963, 342, 605], crowds: 0, empty: 0 },
    { name: 'coco-permissive', images: [13, 18, 0], instances: [73, 109, 0], crowds: 2, empty: 2 },
  ])('$name is read whole, and its images become inputs', async ({ name, images, instances, crowds, empty }) => {
    const samples: Sample[] = [];
    let counts = emptyTallies;
    for await (const item of coco.read(datasets + name)) {
      counts = tally(counts, item);
      if (item.kind === 'sample') samples.push(item.sample);
    }
    const of = (subset: string) => samples.filter((sample) => sample.subset === subset);
    const subsets = ['train', 'val', 'test'];
    expect(subsets.map((subset) => of(subset).length)).toEqual(images);
    expect(subsets.map((subset) => of(subset).flatMap((sample) => sample.instances).length)).toEqual(instances);
    expect(counts.annotation.skipped).toEqual(crowds > 0 ? { crowd: crowds } : {});
    expect(counts.image.skipped).toEqual(empty > 0 ? { 'no usable instance': empty } : {});

    for (const [i, sample] of samples.slice(0, 4).entries()) {
      const pixels = await (await modelInputOf(sample, { size: 256, mode: i % 2 === 0 ? 'sam' : 'otx' })).load();
      expect(pixels.every((value) => value > -2.2 && value < 2.7)).toBe(true);
      const prompts = promptSampler({ seed: 0, jitter: 0.02 })(sample).promptsAt(1);
      expect(prompts).toHaveLength(sample.instances.length);
    }
  });
});
