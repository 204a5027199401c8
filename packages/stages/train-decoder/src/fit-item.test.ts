import { promptSampler, type Sample } from '@sluice/data';
import type { LabelledEmbedding } from '@sluice/models';
import { expect, it } from 'vitest';
import { fitItems } from './fit-item.js';

const image = { path: 'a.png', width: 40, height: 20 };
const instance = (id: string, category: string, x: number) => {
  return { id, category, mask: { kind: 'polygons' as const, rings: [[x, 2, x + 9, 2, x + 9, 12, x, 12]] } };
};
const instances = [instance('1', 'leaf', 1), instance('2', 'root', 12), instance('3', 'constructor', 25)];
const sample: Sample = { key: 'train/a', id: 'a', subset: 'train', image, instances };
const pair: LabelledEmbedding = {
  key: 'train/a',
  prompted: promptSampler({ seed: 0 })(sample),
  encoded: {
    ...{ key: 'train/a', subset: 'train', image, frame: { size: 1024, width: 1024, height: 512 }, digest: 'e' },
    load: () => Promise.resolve(new Float32Array(4096 * 256)),
  },
};

it('weighs prompts by the class of what they ask for; without a weight it is 1', async () => {
  const [item] = fitItems([pair], { classWeights: { leaf: 2, root: 0.5 }, seed: 0 });
  expect((await item!.load(1)).weights).toEqual([2, 0.5, 1]);
});

it('draws the same for the same epoch, another for another', async () => {
  const [item] = fitItems([pair], { classWeights: {}, seed: 0 });
  const draw = async (epoch: number) => (await item!.load(epoch)).random!('loss', '1').uniform();
  expect(await draw(1)).toBe(await draw(1));
  expect(await draw(2)).not.toBe(await draw(1));
});

it('lists the classes where a weight names none of them', () => {
  const refused = () => fitItems([pair], { classWeights: { leaf: 2, toString: 1 }, seed: 0 });
  expect(refused).toThrow(expect.objectContaining({ code: 'models/UNKNOWN_CLASS' }));
  expect(refused).toThrow(/names "toString".*its classes are "constructor", "leaf", "root"/);
});
