import { describe, expect, it } from 'vitest';
import { microBatches } from './micro-batches.js';

const box = { instance: 'b', box: [0, 0, 9, 9] } as const;
const point = { instance: 'p', points: [{ x: 1, y: 2, label: 1 }] } as const;
const both = { ...box, ...point };

describe('microBatches', () => {
  it('halves the size for what is left, so that no prompt is padded', () => {
    const batches = microBatches([{ prompts: Array.from({ length: 11 }, () => box) }], 4);
    expect(batches.map(({ prompts }) => prompts.length)).toEqual([4, 4, 2, 1]);
    expect(batches.flatMap(({ prompts }) => prompts)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
  });

  it('keeps prompts with different numbers of tokens apart: a lone point is padded to two, a box with a point has three', () => {
    expect(microBatches([{ prompts: [box, both, point, both] }], 4)).toEqual([
      { item: 0, prompts: [0, 2], tokens: 2 },
      { item: 0, prompts: [1, 3], tokens: 3 },
    ]);
  });

  it('never mixes images, and leaves out those without prompts', () => {
    expect(microBatches([{ prompts: [box] }, { prompts: [] }, { prompts: [box] }], 4)).toEqual([
      { item: 0, prompts: [0], tokens: 2 },
      { item: 2, prompts: [0], tokens: 2 },
    ]);
  });
});
