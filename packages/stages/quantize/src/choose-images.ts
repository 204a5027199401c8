import { randomOf } from '@sluice/core';

/**
 * At most `count` of the items, chosen and ordered by the seed and their keys alone: the order in which they came never shows, and an item
 * more or less changes no more than its own place.
 */
export function chooseImages<T extends { readonly key: string }>(
  items: readonly T[],
  count: number,
  seed: number,
): readonly T[] {
  return items
    .map((item) => ({ item, place: randomOf(seed, 'calibration', item.key).uniform() }))
    .sort((a, b) => a.place - b.place || (a.item.key < b.item.key ? -1 : 1))
    .slice(0, count)
    .map(({ item }) => item);
}
