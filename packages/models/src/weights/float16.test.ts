import { describe, expect, it } from 'vitest';
import { fromFloat16Bytes, toFloat16Bytes } from './float16.js';

const halfOf = (value: number): number => new Uint16Array(toFloat16Bytes(Float32Array.of(value)).buffer)[0]!;

/** Independent reading of a half by its definition. */
function valueOf(half: number): number {
  const sign = half & 0x8000 ? -1 : 1;
  const exponent = (half >>> 10) & 0x1f;
  const mantissa = half & 0x3ff;
  if (exponent === 31) return mantissa === 0 ? sign * Infinity : NaN;
  return exponent === 0 ? sign * mantissa * 2 ** -24 : sign * (1 + mantissa / 1024) * 2 ** (exponent - 15);
}

const allHalves = Uint16Array.from({ length: 65536 }, (_, half) => half);

describe('float16', () => {
  it('reads all 65,536 halves as IEEE 754 defines them', () => {
    const values = fromFloat16Bytes(new Uint8Array(allHalves.buffer));
    for (const half of allHalves) if (!Object.is(values[half], valueOf(half))) expect.fail(`half ${String(half)}`);
  });

  it('writes every half back as it was read', () => {
    const bytes = new Uint8Array(allHalves.buffer);
    const again = new Uint16Array(toFloat16Bytes(fromFloat16Bytes(bytes)).buffer);
    for (const half of allHalves) {
      const quiet = Number.isNaN(valueOf(half)) ? half | 0x200 : half;
      if (again[half] !== quiet) expect.fail(`half ${String(half)} became ${String(again[half])}`);
    }
  });

  it.each([
    [0, 0x0000],
    [-0, 0x8000],
    [1, 0x3c00],
    [-2, 0xc000],
    [65504, 0x7bff],
    [65519.99, 0x7bff],
    [65520, 0x7c00],
    [1e30, 0x7c00],
    [-Infinity, 0xfc00],
    [NaN, 0x7e00],
    [2 ** -14, 0x0400],
    [2 ** -24, 0x0001],
    [2 ** -25, 0x0000],
    [2 ** -25 * 1.0001, 0x0001],
    [3 * 2 ** -25, 0x0002],
    [1 + 2 ** -11, 0x3c00],
    [1 + 3 * 2 ** -11, 0x3c02],
    [1 + 2 ** -11 + 2 ** -20, 0x3c01],
    [0.1, 0x2e66],
  ])('writes %f as %i', (value, half) => {
    expect(halfOf(value)).toBe(half);
  });

  it('rounds the middle between neighbours to the even one, and anything off it to the nearer one', () => {
    for (let half = 0; half < 0x7bff; half++) {
      const [low, high] = [valueOf(half), valueOf(half + 1)];
      const middle = (low + high) / 2;
      const even = half % 2 === 0 ? half : half + 1;
      const step = (high - low) / 1024;
      const halves = [middle, middle - step, middle + step, -middle].map(halfOf);
      const expected = [even, half, half + 1, even | 0x8000];
      if (halves.some((value, i) => value !== expected[i])) expect.fail(`${String(halves)} for ${String(expected)}`);
    }
  });

  it('reads bytes that begin at an odd address', () => {
    expect(fromFloat16Bytes(new Uint8Array([9, 0x00, 0x3c]).subarray(1))).toEqual(Float32Array.of(1));
  });

  it('converts a million values in a few milliseconds each way', () => {
    const values = Float32Array.from({ length: 1 << 20 }, (_, i) => Math.sin(i) * 3);
    toFloat16Bytes(values);
    const fastest = Math.min(
      ...[1, 2, 3].map(() => {
        const start = performance.now();
        fromFloat16Bytes(toFloat16Bytes(values));
        return performance.now() - start;
      }),
    );
    expect(fastest).toBeLessThan(60);
  });
});
