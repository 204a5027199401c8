import type { Canvas } from './canvas.js';

/** Defocuses all that was painted so far: three box blurs each way, close to a Gaussian of the given sigma (pixels). */
export function blur(canvas: Canvas, sigma: number): void {
  const radius = Math.round((Math.sqrt(4 * sigma * sigma + 1) - 1) / 2);
  if (radius < 1) return;
  const { width, height, rgb } = canvas;
  const line = new Float32Array(Math.max(width, height) + 2 * radius + 1);
  for (let pass = 0; pass < 3; pass++) {
    for (let channel = 0; channel < 3; channel++) {
      for (let y = 0; y < height; y++) boxLine(rgb, y * width * 3 + channel, 3, width, radius, line);
      for (let x = 0; x < width; x++) boxLine(rgb, x * 3 + channel, width * 3, height, radius, line);
    }
  }
}

/** Softens by the lens's point spread: `[k, 1 - 2k, k]` both ways. */
export function soften({ width, height, rgb }: Canvas, k: number): void {
  const line = new Float32Array(Math.max(width, height) + 2);
  for (let channel = 0; channel < 3; channel++) {
    for (let y = 0; y < height; y++) softenLine(rgb, y * width * 3 + channel, 3, width, k, line);
    for (let x = 0; x < width; x++) softenLine(rgb, x * 3 + channel, width * 3, height, k, line);
  }
}

function boxLine(
  data: Float32Array,
  start: number,
  step: number,
  length: number,
  radius: number,
  line: Float32Array,
): void {
  copyPadded(data, start, step, length, radius, line);
  const share = 1 / (2 * radius + 1);
  let sum = 0;
  for (let i = 0; i < 2 * radius; i++) sum += line[i]!;
  for (let i = 0, at = start; i < length; i++, at += step) {
    sum += line[i + 2 * radius]!;
    data[at] = sum * share;
    sum -= line[i]!;
  }
}

function softenLine(
  data: Float32Array,
  start: number,
  step: number,
  length: number,
  k: number,
  line: Float32Array,
): void {
  copyPadded(data, start, step, length, 1, line);
  for (let i = 0, at = start; i < length; i++, at += step)
    data[at] = k * (line[i]! + line[i + 2]!) + (1 - 2 * k) * line[i + 1]!;
}

/** One row or column with its ends repeated `radius` times. */
function copyPadded(
  data: Float32Array,
  start: number,
  step: number,
  length: number,
  radius: number,
  line: Float32Array,
): void {
  line.fill(data[start]!, 0, radius);
  for (let i = 0, at = start; i < length; i++, at += step) line[radius + i] = data[at]!;
  line.fill(data[start + (length - 1) * step]!, radius + length, 2 * radius + length);
}
