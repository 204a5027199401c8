import { expect, it } from 'vitest';
import { drawMasks } from './draw-masks.js';

const image = { width: 6, height: 5, data: new Uint8Array(6 * 5 * 3) };
const half = { width: 6, height: 5, data: Uint8Array.from({ length: 30 }, (_, i) => (i < 12 ? 1 : 0)) };
const full = { width: 6, height: 5, data: new Uint8Array(30).fill(1) };

it('draws the same a few masks at a time as all at once', () => {
  const first = drawMasks(image, [half, full]);
  expect(drawMasks(first, [half], 2)).toEqual(drawMasks(image, [half, full, half]));
  expect(drawMasks(first, [half], 3)).not.toEqual(drawMasks(image, [half, full, half]));
});
