import { describe, expect, it } from 'vitest';
import { microBatches } from './micro-batches.js';

const box = { instance: 'b', box: [0, 0, 9, 9] } as const;
const point = { instance: 'p', points: [{ x: 1, y: 2, label: 1 }] } as const;
const both = { ...box, ...point };

describe('microBatches', () => {
  it('halves the size for what is left, so that no prompt is padded', () => {
    const boxes = Array.from({ length: 11 }, () => box);
    const batches = microBatches(boxes, 4);
    expect(batches.map(({ prompts }) => prompts.length)).toEqual([4, 4, 2, 1]);
    expect(batches.flatMap(({ prompts }) => prompts)).toEqual([...boxes.keys()]);
  });

  it('keeps prompts with different numbers of tokens apart: a lone point is padded to two, a box with a point has three', () => {
    expect(microBatches([box, both, point, both], 4)).toEqual([
      { prompts: [0, 2], tokens: 2 },
      { prompts: [1, 3], tokens: 3 },
    ]);
  });

  it('makes none of no prompts', () => {
    expect(microBatches([], 4)).toEqual([]);
  });
});
