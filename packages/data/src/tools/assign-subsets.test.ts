import fc from 'fast-check';
import { expect, it } from 'vitest';
import { assignSubsets, type Labelled } from './assign-subsets.js';

const shares = { train: 7, val: 2, test: 1 };
const images = (count: number, categoriesOf: (i: number) => readonly string[]): Labelled[] =>
  Array.from({ length: count }, (_, i) => ({ key: `image ${i}`, categories: categoriesOf(i) }));

function counts(all: readonly Labelled[], seed = 0): Record<string, Record<string, number>> {
  const result: Record<string, Record<string, number>> = {};
  for (const { key, categories } of all) {
    const own = (result[assignSubsets(all, shares, seed).get(key)!] ??= {});
    own['images'] = (own['images'] ?? 0) + 1;
    for (const category of categories) own[category] = (own[category] ?? 0) + 1;
  }
  return result;
}

it('gives each subset its share of images', () => {
  expect(counts(images(20, () => []))).toEqual({ train: { images: 14 }, val: { images: 4 }, test: { images: 2 } });
});

it('gives each subset its share of a rare category, too', () => {
  const all = images(200, (i) => (i % 20 === 0 ? ['rare', 'common'] : ['common']));
  const { train, val, test } = counts(all);
  expect([train!['rare'], val!['rare'], test!['rare']]).toEqual([7, 2, 1]);
  expect([train!['images'], val!['images'], test!['images']]).toEqual([140, 40, 20]);
});

it('depends on the seed, and not on the order of images', () => {
  const all = images(30, (i) => [`category ${i % 4}`]);
  const of = (list: readonly Labelled[], seed: number) => [...assignSubsets(list, shares, seed)].sort();
  expect(of([...all].reverse(), 1)).toEqual(of(all, 1));
  expect(of(all, 2)).not.toEqual(of(all, 1));
});

it('assigns every image exactly once, to a subset with a share', () => {
  const image = fc.array(fc.constantFrom('a', 'b', 'c'), { maxLength: 4 });
  fc.assert(
    fc.property(fc.array(image, { maxLength: 30 }), fc.nat(), (all, seed) => {
      const labelled = images(all.length, (i) => all[i]!);
      const assigned = assignSubsets(labelled, { train: 0.8, val: 0.2, test: 0 }, seed);
      expect([...assigned.keys()].sort()).toEqual(labelled.map(({ key }) => key).sort());
      for (const subset of assigned.values()) expect(['train', 'val']).toContain(subset);
    }),
    { numRuns: 50 },
  );
});
