import type { RgbImage } from './rgb-image.js';

/** Fixed-point one of OpenCV's interpolation weights. */
const ONE = 2048;

/** Bilinear resize of two neighbours an axis, without antialiasing: the bytes of OpenCV's `resize(INTER_LINEAR)` on 8-bit images (resize.cpp), which OTX uses. */
export function resizeBilinear(image: RgbImage, width: number, height: number): RgbImage {
  if (image.width === width && image.height === height) return image;
  const columns = tapsOf(image.width, width);
  const rows = tapsOf(image.height, height);
  clampColumns(columns, image.width);
  const data = new Uint8Array(width * height * 3);
  let upper = { row: -1, values: new Int32Array(width * 3) };
  let lower = { row: -1, values: new Int32Array(width * 3) };
  for (let y = 0; y < height; y++) {
    const top = Math.min(Math.max(rows.index[y]!, 0), image.height - 1);
    const bottom = Math.min(Math.max(rows.index[y]! + 1, 0), image.height - 1);
    if (lower.row === top) [upper, lower] = [lower, upper];
    fillRow(upper, top, image, columns);
    fillRow(lower, bottom, image, columns);
    blendRows(upper.values, lower.values, ONE - rows.weight[y]!, rows.weight[y]!, data, y * width * 3);
  }
  return { width, height, data };
}

interface Taps {
  /** First of the two neighbours; may lie one outside. */
  readonly index: Int32Array;
  /** Weight of the second neighbour, of `ONE`. */
  readonly weight: Int32Array;
}

function tapsOf(from: number, to: number): Taps {
  const scale = 1 / (to / from);
  const index = new Int32Array(to);
  const weight = new Int32Array(to);
  for (let i = 0; i < to; i++) {
    const position = Math.fround((i + 0.5) * scale - 0.5);
    index[i] = Math.floor(position);
    weight[i] = roundHalfEven(Math.fround(position - index[i]!) * ONE);
  }
  return { index, weight };
}

/** Columns at the border take the border's pixel alone; rows are clamped one by one instead, as OpenCV does. */
function clampColumns({ index, weight }: Taps, length: number): void {
  for (let i = 0; i < index.length; i++) {
    const clamped = Math.min(Math.max(index[i]!, 0), length - 1);
    if (clamped !== index[i] || clamped === length - 1) weight[i] = 0;
    index[i] = clamped;
  }
}

/** One source row, interpolated along x: values are of `255 * ONE`. */
function fillRow(
  target: { row: number; values: Int32Array },
  row: number,
  image: RgbImage,
  { index, weight }: Taps,
): void {
  if (target.row === row) return;
  target.row = row;
  const { data, width } = image;
  const { values } = target;
  const start = row * width * 3;
  for (let x = 0, o = 0; x < index.length; x++, o += 3) {
    const left = start + index[x]! * 3;
    const w = weight[x]!;
    const right = w === 0 ? left : left + 3;
    values[o] = data[left]! * (ONE - w) + data[right]! * w;
    values[o + 1] = data[left + 1]! * (ONE - w) + data[right + 1]! * w;
    values[o + 2] = data[left + 2]! * (ONE - w) + data[right + 2]! * w;
  }
}

function blendRows(upper: Int32Array, lower: Int32Array, a: number, b: number, out: Uint8Array, offset: number): void {
  for (let i = 0; i < upper.length; i++) {
    out[offset + i] = (((a * (upper[i]! >> 4)) >> 16) + ((b * (lower[i]! >> 4)) >> 16) + 2) >> 2;
  }
}

function roundHalfEven(value: number): number {
  const floor = Math.floor(value);
  const rest = value - floor;
  if (rest !== 0.5) return Math.round(value);
  return floor % 2 === 0 ? floor : floor + 1;
}
