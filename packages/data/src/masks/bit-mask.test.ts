import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { emptyMask, maskArea, tightBox, unionMasks } from './bit-mask.js';

describe('tightBox', () => {
  it('is the smallest and largest set column and row, far edges excluded', () => {
    const size = { width: 11, height: 9 };
    const pixel = fc.record({ x: fc.nat({ max: 10 }), y: fc.nat({ max: 8 }) });
    fc.assert(
      fc.property(fc.array(pixel, { minLength: 1, maxLength: 6 }), (pixels) => {
        const mask = emptyMask(size.width, size.height);
        for (const { x, y } of pixels) mask.data[y * size.width + x] = 1;
        const xs = pixels.map(({ x }) => x);
        const ys = pixels.map(({ y }) => y);
        expect(tightBox(mask)).toEqual([Math.min(...xs), Math.min(...ys), Math.max(...xs) + 1, Math.max(...ys) + 1]);
      }),
    );
  });

  it('of an empty mask is undefined', () => {
    expect(tightBox(emptyMask(4, 3))).toBeUndefined();
  });
});

describe('unionMasks', () => {
  it('sets what any mask sets', () => {
    const a = { width: 2, height: 2, data: Uint8Array.of(1, 0, 1, 0) };
    const b = { width: 2, height: 2, data: Uint8Array.of(0, 0, 1, 1) };
    expect([...unionMasks([a, b]).data]).toEqual([1, 0, 1, 1]);
    expect(maskArea(unionMasks([a, b]))).toBe(3);
    expect([...a.data]).toEqual([1, 0, 1, 0]);
  });

  it('refuses masks of different sizes', () => {
    expect(() => unionMasks([emptyMask(2, 3), emptyMask(3, 2)])).toThrow(
      expect.objectContaining({ code: 'data/MASK_SIZES_DIFFER' }),
    );
  });
});
