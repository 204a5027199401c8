import { createCanvas, type Canvas } from './canvas.js';

/** The same picture on a larger canvas, bilinear; owners are not carried over. */
export function enlarge({ width, height, rgb }: Canvas, newWidth: number, newHeight: number): Canvas {
  const result = createCanvas(newWidth, newHeight);
  const columns = Float64Array.from({ length: newWidth }, (_, x) => placeOf(x, newWidth, width));
  for (let y = 0, at = 0; y < newHeight; y++) {
    const place = placeOf(y, newHeight, height);
    const top = Math.floor(place) * width;
    const bottom = Math.min(height - 1, Math.floor(place) + 1) * width;
    const v = place - Math.floor(place);
    for (let x = 0; x < newWidth; x++) {
      const left = Math.floor(columns[x]!);
      const right = Math.min(width - 1, left + 1);
      const u = columns[x]! - left;
      for (let channel = 0; channel < 3; channel++) {
        const above = (1 - u) * rgb[(top + left) * 3 + channel]! + u * rgb[(top + right) * 3 + channel]!;
        const below = (1 - u) * rgb[(bottom + left) * 3 + channel]! + u * rgb[(bottom + right) * 3 + channel]!;
        result.rgb[at++] = above + v * (below - above);
      }
    }
  }
  return result;
}

/** Where new sample `i` lies among the old ones. */
function placeOf(i: number, newLength: number, length: number): number {
  return Math.min(length - 1, Math.max(0, ((i + 0.5) * length) / newLength - 0.5));
}
