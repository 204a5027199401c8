import { tightBox, type BitMask } from './bit-mask.js';

/**
 * The set pixel farthest (Euclidean) from any pixel outside the mask; what lies beyond the image counts as outside.
 * The first in reading order where several are. Undefined for an empty mask.
 */
export function innermostPixel(mask: BitMask): { readonly x: number; readonly y: number } | undefined {
  const box = tightBox(mask);
  if (!box) return undefined;
  const [x0, y0, x1, y1] = box;
  const width = x1 - x0;
  const height = y1 - y0;
  const depth = columnDepths(mask, x0, y0, width, height);
  let best = 0;
  let found = { x: x0, y: y0 };
  const row = new Float64Array(width);
  for (let y = 0; y < height; y++) {
    squaredDistances(depth.subarray(y * width, (y + 1) * width), row);
    for (let x = 0; x < width; x++) {
      if (row[x]! > best) {
        best = row[x]!;
        found = { x: x0 + x, y: y0 + y };
      }
    }
  }
  return found;
}

/** For each pixel of the window its distance to the nearest unset pixel of its column: `[height, width]`. Outside the window all is unset. */
function columnDepths(mask: BitMask, x0: number, y0: number, width: number, height: number): Float64Array {
  const depth = new Float64Array(width * height);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const i = y * width + x;
      if (mask.data[(y0 + y) * mask.width + x0 + x]) depth[i] = (y > 0 ? depth[i - width]! : 0) + 1;
    }
  }
  for (let y = height - 1; y >= 0; y--) {
    for (let x = 0; x < width; x++) {
      const i = y * width + x;
      depth[i] = Math.min(depth[i]!, (y + 1 < height ? depth[i + width]! : 0) + 1);
    }
  }
  return depth;
}

/** min over x' of (x - x')² + depth(x')², with depth 0 just beyond both ends: the lower envelope of parabolas (Felzenszwalb and Huttenlocher 2012). */
function squaredDistances(depth: Float64Array, out: Float64Array): void {
  const length = depth.length;
  const height = (x: number): number => (x < 0 || x >= length ? 0 : depth[x]! ** 2);
  const apexes: number[] = [-1];
  const starts: number[] = [-Infinity];
  for (let x = 0; x <= length; x++) {
    let start: number;
    for (;;) {
      const last = apexes.at(-1)!;
      start = (height(x) + x * x - height(last) - last * last) / (2 * (x - last));
      if (start > starts.at(-1)!) break;
      apexes.pop();
      starts.pop();
    }
    apexes.push(x);
    starts.push(start);
  }
  for (let x = 0, k = 0; x < length; x++) {
    while (k + 1 < starts.length && starts[k + 1]! <= x) k++;
    out[x] = (x - apexes[k]!) ** 2 + height(apexes[k]!);
  }
}
