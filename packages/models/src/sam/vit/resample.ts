import type { WeightTensor } from '../../weights/weights.js';

/** Weights of the input's entries for one output entry, by position. */
type Taps = readonly (readonly [position: number, weight: number])[];

/** PyTorch's linear interpolation with half-pixel centres. [entries, channels] -> [size, channels] */
export function resampleLinear({ shape, data }: WeightTensor, size: number): WeightTensor {
  const [entries, channels] = shape as [number, number];
  if (entries === size) return { shape, data };
  const taps = tapsOf(entries, size, (at) => {
    const inside = Math.max(0, at);
    const share = inside - Math.floor(inside);
    return [
      [Math.floor(inside), 1 - share],
      [Math.floor(inside) + 1, share],
    ];
  });
  return { shape: [size, channels], data: along(data, 1, entries, channels, taps) };
}

/** PyTorch's bicubic interpolation with half-pixel centres, as ViTDet resizes position embeddings. [1, grid, grid, channels] -> [1, size, size, channels] */
export function resampleBicubic({ shape, data }: WeightTensor, size: number): WeightTensor {
  const [, grid, , channels] = shape as [number, number, number, number];
  if (grid === size) return { shape, data };
  const taps = tapsOf(grid, size, (at) => {
    const first = Math.floor(at);
    return [-1, 0, 1, 2].map((step) => [first + step, cubic(Math.abs(at - first - step))] as const);
  });
  const rows = along(data, grid, grid, channels, taps); // [grid, size, channels]
  return { shape: [1, size, size, channels], data: along(rows, 1, grid, size * channels, taps) };
}

/** Keys's cubic kernel with PyTorch's a = -0.75. */
function cubic(x: number): number {
  const a = -0.75;
  return x <= 1 ? ((a + 2) * x - (a + 3)) * x * x + 1 : ((a * x - 5 * a) * x + 8 * a) * x - 4 * a;
}

/** The entries and weights of every output entry; positions beyond an end are that end. */
function tapsOf(entries: number, size: number, tapsAt: (at: number) => Taps): readonly Taps[] {
  return Array.from({ length: size }, (_, i) =>
    tapsAt(((i + 0.5) * entries) / size - 0.5).map(
      ([position, weight]) => [Math.min(entries - 1, Math.max(0, position)), weight] as const,
    ),
  );
}

/** Resamples the middle axis: [outer, entries, inner] -> [outer, taps, inner] */
function along(
  data: Float32Array,
  outer: number,
  entries: number,
  inner: number,
  taps: readonly Taps[],
): Float32Array<ArrayBuffer> {
  const result = new Float32Array(outer * taps.length * inner);
  for (let block = 0; block < outer; block++) {
    taps.forEach((parts, i) => {
      const target = (block * taps.length + i) * inner;
      for (let k = 0; k < inner; k++) {
        let sum = 0;
        for (const [position, weight] of parts) sum += weight * data[(block * entries + position) * inner + k]!;
        result[target + k] = sum;
      }
    });
  }
  return result;
}
