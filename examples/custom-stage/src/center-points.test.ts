import { readFileSync } from 'node:fs';
import { runStage } from '@sluice/core/testing';
import type { Sample } from '@sluice/data';
import { expect, it } from 'vitest';
import { centerPoints } from './center-points.js';

const square = (x: number, y: number, side: number) => [x, y, x + side, y, x + side, y + side, x, y + side];
const sample: Sample = {
  key: 'train/a',
  id: 'a',
  subset: 'train',
  image: { path: 'a.png', width: 20, height: 10 },
  instances: [
    { id: '1', category: 'leaf', mask: { kind: 'polygons', rings: [square(1, 1, 5)] } },
    { id: '2', category: 'leaf', mask: { kind: 'polygons', rings: [square(10, 2, 2)] } },
  ],
};

it('asks for each instance by a pixel in its middle, the same in every epoch', async () => {
  const { outputs } = await runStage(centerPoints, { inputs: { samples: [sample] } });
  const [prompted] = outputs.prompts;
  expect(prompted?.promptsAt(1)[0]).toEqual({ instance: '1', points: [{ x: 3, y: 3, label: 1 }] });
  expect(prompted?.promptsAt(2)).toEqual(prompted?.promptsAt('evaluation'));
});

it('leaves out instances below the smallest area', async () => {
  const { outputs } = await runStage(centerPoints, { inputs: { samples: [sample] }, options: { 'min-area': 5 } });
  expect(outputs.prompts[0]?.promptsAt(1).map(({ instance }) => instance)).toEqual(['1']);
});

it('keeps order, and passes an empty stream and an error on as they are', async () => {
  const samples = ['c', 'a', 'b'].map((id) => ({ ...sample, key: id }));
  const { outputs } = await runStage(centerPoints, { inputs: { samples } });
  expect(outputs.prompts.map((prompted) => prompted.sample.key)).toEqual(['c', 'a', 'b']);
  expect((await runStage(centerPoints, { inputs: { samples: [] } })).outputs.prompts).toEqual([]);
  const broken = (async function* () {
    yield* [sample];
    throw new RangeError('broken');
  })();
  await expect(runStage(centerPoints, { inputs: { samples: broken } })).rejects.toThrow(new RangeError('broken'));
});

it('is swapped in by one line of the demo pipeline', () => {
  const stages = (file: string): string[] =>
    readFileSync(new URL(file, import.meta.url), 'utf8')
      .split('\nstages:\n')[1]!
      .trimEnd()
      .split('\n');
  const demo = stages('../../demo/pipeline.yaml');
  const custom = stages('../pipeline.yaml');
  expect(custom).toHaveLength(demo.length);
  expect(custom.filter((line, index) => line !== demo[index])).toEqual([
    "  prompts: { uses: '@sluice-examples/stage-center-points', in: { samples: ingest.samples } }",
  ]);
});
