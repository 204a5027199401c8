import { expect, it } from 'vitest';
import { measure } from './measure.js';

it('gives the mean colour of a plain picture, which has no contrast', () => {
  expect(measure({ data: Uint8Array.from([10, 20, 30, 10, 20, 30]) })).toEqual({ mean: [10, 20, 30], contrast: 0 });
});

it('gives the greatest contrast to half black, half white', () => {
  expect(measure({ data: Uint8Array.from([0, 0, 0, 255, 255, 255]) })).toEqual({
    mean: [127.5, 127.5, 127.5],
    contrast: 127.5,
  });
});
