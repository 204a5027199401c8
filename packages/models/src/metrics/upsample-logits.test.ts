import { describe, expect, it } from 'vitest';
import { interpolationMatrices, upsampleLogits } from './upsample-logits.js';

/** A rough field of small integers, the same in PyTorch: (7y + 13x + xy) mod 31 - 15. */
const logits = Float32Array.from({ length: 65536 }, (_, i) => {
  const [y, x] = [i >>> 8, i & 255];
  return ((y * 7 + x * 13 + y * x) % 31) - 15;
});

const frameOf = (width: number, height: number): { size: number; width: number; height: number } => ({
  size: 1024,
  width,
  height,
});

/** Bilinear resizing straight from its definition, in float64. */
function resize(source: Float64Array, width: number, height: number, toWidth: number, toHeight: number): Float64Array {
  const read = (y: number, x: number): number => source[Math.min(y, height - 1) * width + Math.min(x, width - 1)]!;
  return Float64Array.from({ length: toWidth * toHeight }, (_, i) => {
    const y = Math.max(0, ((Math.floor(i / toWidth) + 0.5) * height) / toHeight - 0.5);
    const x = Math.max(0, (((i % toWidth) + 0.5) * width) / toWidth - 0.5);
    const [y0, x0] = [Math.floor(y), Math.floor(x)];
    const [fy, fx] = [y - y0, x - x0];
    const top = read(y0, x0) * (1 - fx) + read(y0, x0 + 1) * fx;
    const bottom = read(y0 + 1, x0) * (1 - fx) + read(y0 + 1, x0 + 1) * fx;
    return top * (1 - fy) + bottom * fy;
  });
}

function naively(coveredWidth: number, coveredHeight: number, width: number, height: number): Float64Array {
  const frame = resize(Float64Array.from(logits), 256, 256, 1024, 1024);
  const cut = Float64Array.from(
    { length: coveredWidth * coveredHeight },
    (_, i) => frame[Math.floor(i / coveredWidth) * 1024 + (i % coveredWidth)]!,
  );
  return resize(cut, coveredWidth, coveredHeight, width, height);
}

const largestDifference = (a: ArrayLike<number>, b: ArrayLike<number>): number => {
  let largest = a.length === b.length ? 0 : Infinity;
  for (let i = 0; i < a.length; i++) largest = Math.max(largest, Math.abs(a[i]! - b[i]!));
  return largest;
};

describe('upsampleLogits', () => {
  it.each([
    [1024, 768, 640, 480],
    [685, 1024, 150, 224],
    [1024, 1024, 1024, 1024],
    [1024, 1024, 256, 256],
    [1024, 1, 2000, 1],
    [3, 1024, 5, 1700],
    [1024, 573, 90, 50],
  ])('equals two chained bilinear interpolations in float64: frame %ix%i to image %ix%i', (fw, fh, width, height) => {
    const result = upsampleLogits(logits, frameOf(fw, fh), width, height);
    expect(largestDifference(result, naively(fw, fh, width, height))).toBeLessThan(1e-5);
  });

  it("equals PyTorch's interpolate, crop, interpolate on a thumbnail", () => {
    const reference = [
      -11.6018, -12.8554, -7.1339, -8.3875, -9.6411, -10.8946, -12.1482, -0.5322, 3.5052, 3.5987, 1.8376, 0.7753,
      -0.8267, -2.1589, 9.375, -0.0626, 8.7678, 8.1876, 4.2165, 6.7501, 1.1873, 8.9304, -3.6304, 5.1214, -2.125, 2.1567,
      -0.6198, -2.8286, 3.9464, -7.1982, 4.3674, 1.1252, -0.8235, 8.6178, -3.6891,
    ];
    expect(largestDifference(upsampleLogits(logits, frameOf(1024, 731), 7, 5), reference)).toBeLessThan(1e-3);
  });

  it("equals PyTorch's values across a 1500x2241 image, up to PyTorch's float32 coordinates", () => {
    const result = upsampleLogits(logits, frameOf(685, 1024), 1500, 2241);
    const reference: [number, number, number][] = [
      [0, 0, -15],
      [0, 1499, 2.125],
      [2240, 0, 3],
      [2240, 1499, 5.5],
      [1, 1, -15],
      [1000, 700, -0.2202],
      [17, 1333, -1.2241],
      [2200, 41, 3.9426],
      [1234, 567, 4.277],
    ];
    const ours = reference.map(([y, x]) => result[y * 1500 + x]!);
    expect(
      largestDifference(
        ours,
        reference.map(([, , value]) => value),
      ),
    ).toBeLessThan(1e-3);
  });

  it('is A · M · Bᵀ of the dense matrices, whose rows sum to 1', () => {
    const [width, height] = [31, 17];
    const { vertical, horizontal } = interpolationMatrices(frameOf(1024, 562), width, height);
    expect([vertical.length, horizontal.length]).toEqual([height * 256, width * 256]);
    const product = Float64Array.from({ length: width * height }, (_, i) => {
      let sum = 0;
      for (let r = 0; r < 256; r++) {
        const a = vertical[Math.floor(i / width) * 256 + r]!;
        for (let c = 0; a !== 0 && c < 256; c++) sum += a * logits[r * 256 + c]! * horizontal[(i % width) * 256 + c]!;
      }
      return sum;
    });
    expect(largestDifference(product, upsampleLogits(logits, frameOf(1024, 562), width, height))).toBeLessThan(1e-4);
    for (let row = 0; row < height; row++) {
      const sum = vertical.slice(row * 256, (row + 1) * 256).reduce((total, weight) => total + weight, 0);
      expect(sum).toBeCloseTo(1, 6);
    }
  });
});
