import { randomOf } from '@sluice/core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { arrangeRows, sampleTokens } from './sample-tokens.js';

/** Targets of one prompt: a square of image tokens, each with all 16 pixels set. */
function squareOfTokens(x0: number, y0: number, side: number): Float32Array {
  const targets = new Float32Array(65536);
  for (let y = y0; y < y0 + side; y++)
    for (let x = x0; x < x0 + side; x++) targets.fill(1, (64 * y + x) * 16, (64 * y + x + 1) * 16);
  return targets;
}
const sum = (values: Float32Array): number => values.reduce((total, value) => total + value, 0);

describe('a sample of image tokens', () => {
  it('has each token once, and stands for all of them', () => {
    const square = fc.record({ x: fc.nat(40), y: fc.nat(40), side: fc.nat(24) });
    fc.assert(
      fc.property(square, fc.integer({ min: 2, max: 4095 }), fc.nat(), ({ x, y, side }, count, seed) => {
        const { order, importance } = sampleTokens(squareOfTokens(x, y, side), count, randomOf(seed));
        expect(new Set(order).size).toBe(4096);
        expect(importance).toHaveLength(count);
        expect(Math.abs(sum(importance) - 4096)).toBeLessThan(0.05);
      }),
      { numRuns: 30 },
    );
  });

  it('holds all tokens near a small object, which stand for themselves', () => {
    const { order, importance } = sampleTokens(squareOfTokens(10, 20, 3), 256, randomOf(1));
    const near = [...order.subarray(0, 256)].filter((_, i) => importance[i] === 1);
    const expected = Array.from({ length: 25 }, (_, i) => 64 * (19 + Math.floor(i / 5)) + 9 + (i % 5));
    expect(near).toEqual(expected);
    expect(importance.find((weight) => weight !== 1)).toBeCloseTo((4096 - 25) / (256 - 25), 4);
  });

  it('gives half of itself to an object that is larger, and is another one for another seed', () => {
    const large = squareOfTokens(0, 0, 40);
    const samples = [1, 2].map((seed) => sampleTokens(large, 512, randomOf(seed)));
    for (const { order } of samples) {
      const inner = [...order.subarray(0, 512)].filter((token) => token % 64 < 41 && token < 41 * 64);
      expect(inner).toHaveLength(256);
    }
    expect(samples[0]!.order).not.toEqual(samples[1]!.order);
    expect(sampleTokens(large, 512, randomOf(1))).toEqual(samples[0]);
  });

  it('gives sums whose mean over many draws is the whole sum', () => {
    const values = Float32Array.from({ length: 4096 }, (_, token) => 1 + Math.sin(token / 90));
    const draws = Array.from({ length: 200 }, (_, seed) => {
      const { order, importance } = sampleTokens(squareOfTokens(20, 20, 30), 256, randomOf(seed));
      return importance.reduce((total, weight, i) => total + weight * values[order[i]!]!, 0);
    });
    const mean = draws.reduce((total, draw) => total + draw, 0) / draws.length;
    expect(Math.abs(mean / sum(values) - 1)).toBeLessThan(0.02);
  });

  it('brings rows into its order', () => {
    const rows = Float32Array.from({ length: 4096 * 2 }, (_, i) => i);
    expect([...arrangeRows(rows, [7, 0])]).toEqual([14, 15, 0, 1]);
  });
});
