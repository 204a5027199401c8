import { randomOf } from '@sluice/core';

/** An epoch's batches: the items in an order that depends on (seed, epoch) alone, `size` at a time; the last one may be smaller. */
export function batchesOf<T>(items: readonly T[], size: number, seed: number, epoch: number): T[][] {
  const shuffled = randomOf(seed, 'shuffle', epoch).shuffle(items);
  return Array.from({ length: stepsPerEpoch(items.length, size) }, (_, i) => shuffled.slice(i * size, (i + 1) * size));
}

export const stepsPerEpoch = (items: number, batchSize: number): number => Math.ceil(items / batchSize);
