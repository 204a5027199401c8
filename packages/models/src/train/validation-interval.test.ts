import { expect, it } from 'vitest';
import {
  adaptedPatience,
  adaptedPlateauPatience,
  adaptiveInterval,
  epochAfter,
  hasCheckpoint,
  stepsApart,
} from './validation-interval.js';

it.each([
  [5, 100, 4],
  [10, 100, 4],
  [20, 100, 3],
  [28, 100, 2],
  [40, 100, 2],
  [55, 100, 1],
  [10_000, 100, 1],
  [5, 2, 2],
  [5, 1, 1],
])('with %i steps an epoch and %i epochs, OTX validates every %i', (steps, epochs, interval) => {
  expect(adaptiveInterval(steps, epochs)).toBe(interval);
});

it('adapts patience as OTX does: divided by the interval, but at least 5, and as it is where the interval is 1', () => {
  expect([1, 2, 4].map((interval) => adaptedPatience(3, interval))).toEqual([3, 5, 5]);
  expect([1, 2, 4].map((interval) => adaptedPatience(25, interval))).toEqual([25, 12, 6]);
  expect([1, 2, 4].map((interval) => adaptedPlateauPatience(9, interval))).toEqual([9, 4, 2]);
});

it('places checkpoints by epochs, by fractions of one, and always at the end', () => {
  const steps = (interval: number, total: number) =>
    Array.from({ length: total }, (_, i) => i + 1).filter((step) => hasCheckpoint(step, interval, total));
  expect(steps(stepsApart(1, 4), 12)).toEqual([4, 8, 12]);
  expect(steps(stepsApart(2, 4), 12)).toEqual([8, 12]);
  expect(steps(stepsApart(0.5, 4), 8)).toEqual([2, 4, 6, 8]);
  expect(steps(stepsApart(0.001, 4), 3)).toEqual([1, 2, 3]);
  expect([0, 1, 4, 6].map((step) => epochAfter(step, 4))).toEqual([0, 0.25, 1, 1.5]);
  expect([1, 2, 3].map((step) => epochAfter(step, 3))).toEqual([0.333333, 0.666667, 1]);
});
