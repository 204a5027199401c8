import type { RgbImage } from './rgb-image.js';

/** Fixed-point bits of Pillow's weights for 8-bit images. */
const BITS = 22;

/** Bilinear resize whose triangle widens when it shrinks: the bytes of Pillow's `resize(BILINEAR)` (Resample.c), which Meta's SAM uses. */
export function resizeAntialiased(image: RgbImage, width: number, height: number): RgbImage {
  let result = image;
  if (image.width !== width) result = resizeColumns(result, tapsOf(image.width, width));
  if (image.height !== height) result = resizeRows(result, tapsOf(image.height, height));
  return result;
}

/** For output i: inputs from `first[i]`, `count[i]` of them, weights at `weights[i * stride]`. */
interface Taps {
  readonly length: number;
  readonly stride: number;
  readonly first: Int32Array;
  readonly count: Int32Array;
  readonly weights: Int32Array;
}

function tapsOf(from: number, to: number): Taps {
  const scale = from / to;
  const support = Math.max(scale, 1);
  const stride = Math.ceil(support) * 2 + 1;
  const first = new Int32Array(to);
  const count = new Int32Array(to);
  const weights = new Int32Array(to * stride);
  for (let i = 0; i < to; i++) {
    const center = (i + 0.5) * scale;
    const start = Math.max(0, Math.trunc(center - support + 0.5));
    const end = Math.min(from, Math.trunc(center + support + 0.5));
    const triangle = Array.from({ length: end - start }, (_, k) =>
      Math.max(0, 1 - Math.abs((k + start - center + 0.5) * (1 / support))),
    );
    const total = triangle.reduce((sum, w) => sum + w, 0);
    first[i] = start;
    count[i] = end - start;
    triangle.forEach((w, k) => {
      weights[i * stride + k] = Math.trunc(0.5 + (w / total) * (1 << BITS));
    });
  }
  return { length: to, stride, first, count, weights };
}

function resizeColumns(image: RgbImage, taps: Taps): RgbImage {
  const { first, count, weights, stride, length: width } = taps;
  const source = image.data;
  const data = new Uint8Array(width * image.height * 3);
  for (let y = 0, o = 0; y < image.height; y++) {
    const row = y * image.width * 3;
    for (let x = 0; x < width; x++, o += 3) {
      let r = 1 << (BITS - 1);
      let g = r;
      let b = r;
      const end = x * stride + count[x]!;
      for (let k = x * stride, i = row + first[x]! * 3; k < end; k++, i += 3) {
        const w = weights[k]!;
        r += source[i]! * w;
        g += source[i + 1]! * w;
        b += source[i + 2]! * w;
      }
      data[o] = clip(r);
      data[o + 1] = clip(g);
      data[o + 2] = clip(b);
    }
  }
  return { width, height: image.height, data };
}

function resizeRows(image: RgbImage, taps: Taps): RgbImage {
  const { first, count, weights, stride, length: height } = taps;
  const source = image.data;
  const pitch = image.width * 3;
  const data = new Uint8Array(pitch * height);
  const sums = new Int32Array(pitch);
  for (let y = 0; y < height; y++) {
    sums.fill(1 << (BITS - 1));
    for (let k = 0; k < count[y]!; k++) {
      const w = weights[y * stride + k]!;
      const row = (first[y]! + k) * pitch;
      for (let i = 0; i < pitch; i++) sums[i]! += source[row + i]! * w;
    }
    for (let i = 0, o = y * pitch; i < pitch; i++, o++) data[o] = clip(sums[i]!);
  }
  return { width: image.width, height, data };
}

function clip(sum: number): number {
  return Math.min(sum >> BITS, 255);
}
