import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { chooseRange } from './choose-range.js';

/** 100,000 values spread evenly over -1 to 1, and one far away. */
const samples = Float32Array.from({ length: 100_001 }, (_, i) => (i === 100_000 ? 50 : i / 50_000 - 1));
const whole = { min: -1, max: 50 };

describe('the range of an activation', () => {
  it('leaves out one value in 10,000 at each end: percentile', () => {
    const { min, max } = chooseRange('percentile', samples, whole);
    expect(min).toBeCloseTo(-0.9998, 4);
    expect(max).toBeCloseTo(0.9998, 3);
  });

  it('shrinks to where the squared error is smallest: mse', () => {
    const { max } = chooseRange('mse', samples.map((value) => Math.min(value, 3)), { min: -1, max: 3 }); // prettier-ignore
    expect(max).toBeGreaterThan(1);
    expect(max).toBeLessThan(3);
  });

  it('holds zero and lies within what was seen, whatever the values are', () => {
    const values = fc.float32Array({ noNaN: true, min: -1000, max: 1000, minLength: 1, maxLength: 300 });
    fc.assert(
      fc.property(values, fc.constantFrom('percentile' as const, 'mse' as const), (some, calibrator) => {
        const seen = { min: Math.min(0, ...some), max: Math.max(0, ...some) };
        const { min, max } = chooseRange(calibrator, some, seen);
        expect(min).toBeLessThanOrEqual(0);
        expect(max).toBeGreaterThanOrEqual(0);
        expect(min).toBeGreaterThanOrEqual(seen.min);
        expect(max).toBeLessThanOrEqual(seen.max);
      }),
    );
  });
});
