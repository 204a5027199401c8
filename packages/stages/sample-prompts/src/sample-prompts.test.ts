import { runStage } from '@sluice/core/testing';
import type { Sample } from '@sluice/data';
import { expect, it } from 'vitest';
import { samplePrompts } from './sample-prompts.js';

const sample = (id: string): Sample => ({
  key: `train/${id}`,
  id,
  subset: 'train',
  image: { path: `${id}.png`, width: 64, height: 48 },
  instances: ['1', '2', '3'].map((instance, index) => {
    const [x, y] = [4 + 18 * index, 5];
    return {
      id: instance,
      category: 'leaf',
      mask: { kind: 'polygons', rings: [[x, y, x + 12, y, x + 12, y + 20, x, y + 20]] },
    };
  }),
});
const run = (options: Record<string, unknown>, ids = ['a', 'b'], seed = 7) =>
  runStage(samplePrompts, { inputs: { samples: ids.map(sample) }, options, seed });

it('asks with the tight box by default', async () => {
  const { outputs } = await run({});
  expect(outputs.prompts[0]?.promptsAt('evaluation')[0]).toEqual({ instance: '1', box: [4, 5, 16, 25] });
});

it('gives the same prompts whatever the order of samples, and others in another epoch or with another seed', async () => {
  const options = { jitter: 0.1 };
  const of = async (ids: string[], seed: number, epoch: number) => {
    const { outputs } = await run(options, ids, seed);
    return outputs.prompts.find(({ sample: { id } }) => id === 'b')?.promptsAt(epoch);
  };
  const prompts = await of(['a', 'b'], 7, 1);
  expect(await of(['b', 'a'], 7, 1)).toEqual(prompts);
  expect(await of(['a', 'b'], 7, 2)).not.toEqual(prompts);
  expect(await of(['a', 'b'], 8, 1)).not.toEqual(prompts);
});

it('draws at most max-per-image instances in training, all in evaluation', async () => {
  const { outputs } = await run({ 'max-per-image': 2 });
  expect(outputs.prompts[0]?.promptsAt(1)).toHaveLength(2);
  expect(outputs.prompts[0]?.promptsAt('evaluation')).toHaveLength(3);
});

it('mixes boxes and points', async () => {
  const { outputs } = await run({ mix: { box: 1, point: 1 }, 'point-count': 2, jitter: 0.1, 'jitter-noise': 'normal' });
  const prompts = [1, 2, 3, 4, 5, 6].flatMap((epoch) => outputs.prompts.flatMap(({ promptsAt }) => promptsAt(epoch)));
  const counts = new Set(prompts.map(({ box, points }) => (box ? 'box' : points?.length)));
  expect(counts).toEqual(new Set(['box', 2]));
});

it('refuses a mix of nothing', async () => {
  await expect(run({ mix: {} })).rejects.toMatchObject({ code: 'data/PROMPT_KIND' });
});

it('refuses to ask with nothing', async () => {
  await expect(run({ boxes: false })).rejects.toMatchObject({ code: 'data/PROMPT_KIND' });
});
