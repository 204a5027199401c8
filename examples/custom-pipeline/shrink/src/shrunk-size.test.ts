import { expect, it } from 'vitest';
import { shrunkSize } from './shrunk-size.js';

it.each([
  [400, 200, 100, 100, 50],
  [200, 400, 100, 50, 100],
  [30, 20, 100, 30, 20],
  [5000, 1, 10, 10, 1],
  [3, 2, 1, 1, 1],
])('of %d x %d at %d is %d x %d', (width, height, longest, w, h) => {
  expect(shrunkSize({ width, height }, longest)).toEqual({ width: w, height: h });
});
