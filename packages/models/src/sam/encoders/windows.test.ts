import fc from 'fast-check';
import { expect, it } from 'vitest';
import { isPadded, tokenRows, windowRows, windowsOf } from './windows.js';

it('puts the tokens of a window side by side, and the padding where it reaches beyond the grid', () => {
  const windows = windowsOf(3, 2);
  expect(isPadded(windows)).toBe(true);
  const rows = windowRows(windows, 1, (token) => token);
  expect(rows).toEqual([0, 1, 3, 4, 2, 9, 5, 9, 6, 7, 9, 9, 8, 9, 9, 9]);
  expect(isPadded(windowsOf(4, 2))).toBe(false);
});

it('finds every token and head again, whatever the sizes are', () => {
  const sizes = fc.record({ grid: fc.integer({ min: 1, max: 12 }), side: fc.integer({ min: 1, max: 7 }), heads: fc.integer({ min: 1, max: 3 }) }); // prettier-ignore
  fc.assert(
    fc.property(sizes, ({ grid, side, heads }) => {
      const windows = windowsOf(grid, side);
      const rows = windowRows(windows, heads, (token, head) => token * heads + head);
      expect(rows).toHaveLength(windows.across ** 2 * heads * side ** 2);
      expect(tokenRows(windows, heads).map((row) => rows[row])).toEqual([...Array(grid * grid * heads).keys()]);
    }),
  );
});
