import type { Sample } from '@sluice/data';
import { expect, it } from 'vitest';
import { promptMasks } from './prompt-masks.js';

const square = (x: number) => ({ kind: 'polygons' as const, rings: [[x, 0, x + 2, 0, x + 2, 2, x, 2]] });
const sample: Sample = {
  key: 'val/a',
  id: 'a',
  subset: 'val',
  image: { path: 'a.png', width: 4, height: 2 },
  instances: [
    { id: '1', category: 'leaf', mask: square(0) },
    { id: '2', category: 'leaf', mask: square(2) },
  ],
};

it('gives each prompt the mask of its instance, in the order of the prompts', () => {
  const masks = promptMasks({ sample }, [{ instance: '2' }, { instance: '1' }, { instance: '2' }], sample.image);
  expect(masks.map(({ data }) => [...data.slice(0, 4)])).toEqual([
    [0, 0, 1, 1],
    [1, 1, 0, 0],
    [0, 0, 1, 1],
  ]);
});

it('names the sample of a prompt that asks for nothing', () => {
  expect(() => promptMasks({ sample }, [{ instance: '9' }], sample.image)).toThrow(
    expect.objectContaining({ code: 'models/UNKNOWN_INSTANCE', message: expect.stringContaining('val/a') }),
  );
});
