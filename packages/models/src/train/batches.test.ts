import { expect, it } from 'vitest';
import { batchesOf } from './batches.js';

const items = Array.from({ length: 7 }, (_, i) => i);

it('uses every item once an epoch, in batches of the size asked for', () => {
  const batches = batchesOf(items, 3, 0, 1);
  expect(batches.map((batch) => batch.length)).toEqual([3, 3, 1]);
  expect(batches.flat().sort((a, b) => a - b)).toEqual(items);
});

it('has another order each epoch, and the same one for the same seed and epoch', () => {
  expect(batchesOf(items, 7, 0, 1)).not.toEqual(batchesOf(items, 7, 0, 2));
  expect(batchesOf(items, 7, 0, 1)).toEqual(batchesOf(items, 7, 0, 1));
});
