import fc from 'fast-check';
import { expect, it } from 'vitest';
import { placesOf, tokenRows, tokensOf, windowKinds } from './window-kinds.js';

it('takes whole windows first, then those that an edge cuts, then the corner', () => {
  const kinds = windowKinds(3, 2);
  expect(kinds.map((kind) => tokensOf(kind, 3))).toEqual([[0, 1, 3, 4], [2, 5, 6, 7], [8]]);
  expect(kinds.map(({ places, isCut, groups }) => [places, isCut, groups.length])).toEqual([
    [4, false, 1],
    [2, true, 2],
    [1, true, 1],
  ]);
  expect(windowKinds(4, 2).map(({ isCut }) => isCut)).toEqual([false]);
  expect(windowKinds(2, 3).map((kind) => tokensOf(kind, 2))).toEqual([[0, 1, 2, 3]]);
});

it('takes every token once and finds each of its heads again, whatever the sizes are', () => {
  const sizes = fc.record({ grid: fc.integer({ min: 1, max: 12 }), side: fc.integer({ min: 1, max: 7 }), heads: fc.integer({ min: 1, max: 3 }) }); // prettier-ignore
  fc.assert(
    fc.property(sizes, ({ grid, side, heads }) => {
      const kinds = windowKinds(grid, side);
      const tokens = kinds.flatMap((kind) => tokensOf(kind, grid));
      expect(tokens.toSorted((a, b) => a - b)).toEqual([...Array(grid * grid).keys()]);
      // By kind, group, head, window and place, as attention leaves them.
      const rows = kinds.flatMap(({ groups }) =>
        groups.flatMap((group) =>
          [...Array(heads).keys()].flatMap((head) =>
            group.corners.flatMap((corner) => placesOf(group, corner).map(({ y, x }) => (y * grid + x) * heads + head)),
          ),
        ),
      );
      expect(tokenRows(kinds, grid, heads).map((row) => rows[row])).toEqual([...Array(grid * grid * heads).keys()]);
    }),
  );
});
