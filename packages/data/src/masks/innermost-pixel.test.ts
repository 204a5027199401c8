import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { emptyMask, type BitMask } from './bit-mask.js';
import { innermostPixel } from './innermost-pixel.js';

/** Squared distance to the nearest pixel outside the mask, by trying all; a ring of pixels around the image is outside. */
function depthAt({ width, height, data }: BitMask, x: number, y: number): number {
  let depth = Infinity;
  for (let v = -1; v <= height; v++) {
    for (let u = -1; u <= width; u++) {
      const isSet = u >= 0 && v >= 0 && u < width && v < height && data[v * width + u] === 1;
      if (!isSet) depth = Math.min(depth, (u - x) ** 2 + (v - y) ** 2);
    }
  }
  return depth;
}

describe('innermostPixel', () => {
  it('is the first of the pixels farthest from the border', () => {
    const width = 9;
    const height = 8;
    // Mostly set, so that there is some depth.
    const bit = fc.nat({ max: 9 }).map((n) => (n < 9 ? 1 : 0));
    fc.assert(
      fc.property(fc.array(bit, { minLength: width * height, maxLength: width * height }), (bits) => {
        const mask = { width, height, data: Uint8Array.from(bits) };
        const depths = bits.map((_, i) => depthAt(mask, i % width, Math.floor(i / width)));
        const deepest = depths.indexOf(Math.max(...depths));
        fc.pre(bits[deepest] === 1);
        expect(innermostPixel(mask)).toEqual({ x: deepest % width, y: Math.floor(deepest / width) });
      }),
      { numRuns: 60 },
    );
  });

  it('lies inside a ring, whose middle does not', () => {
    const mask = emptyMask(21, 21);
    for (let i = 0; i < 441; i++) {
      const radius = Math.hypot((i % 21) - 10, Math.floor(i / 21) - 10);
      mask.data[i] = radius > 5 && radius < 10 ? 1 : 0;
    }
    const { x, y } = innermostPixel(mask)!;
    expect(mask.data[y * 21 + x]).toBe(1);
    expect(depthAt(mask, x, y)).toBeGreaterThan(4);
  });

  it('is the only pixel of a mask of one, and nothing for an empty mask', () => {
    const mask = emptyMask(5, 4);
    expect(innermostPixel(mask)).toBeUndefined();
    mask.data[19] = 1;
    expect(innermostPixel(mask)).toEqual({ x: 4, y: 3 });
  });
});
