import fc from 'fast-check';
import { expect, it } from 'vitest';
import { chooseImages } from './choose-images.js';

const items = fc
  .uniqueArray(fc.string({ unit: 'grapheme' }), { maxLength: 40 })
  .map((keys) => keys.map((key) => ({ key })));

it('depends on the keys and the seed, never on the order of arrival', () => {
  fc.assert(
    fc.property(items, fc.nat(50), fc.nat(), (images, count, seed) => {
      const chosen = chooseImages(images, count, seed);
      expect(chosen).toEqual(chooseImages([...images].reverse(), count, seed));
      expect(chosen).toHaveLength(Math.min(count, images.length));
    }),
  );
});

it('keeps the others in their order where an image is gone', () => {
  fc.assert(
    fc.property(items, fc.nat(), (images, seed) => {
      const all = chooseImages(images, 100, seed);
      for (const gone of images.slice(0, 5)) {
        expect(chooseImages(images.filter((each) => each !== gone), 100, seed)).toEqual(all.filter((each) => each !== gone)); // prettier-ignore
      }
    }),
  );
});

it('chooses others with another seed', () => {
  const images = Array.from({ length: 100 }, (_, i) => ({ key: `train/${String(i)}` }));
  const keys = (seed: number) => chooseImages(images, 10, seed).map(({ key }) => key);
  expect(keys(0)).not.toEqual(keys(1));
  expect(keys(0)).not.toEqual([...keys(0)].sort());
});
