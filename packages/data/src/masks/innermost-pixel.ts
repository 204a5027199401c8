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
  const envelope = envelopeFor(width);
  for (let y = 0; y < height; y++) {
    squaredDistances(depth.subarray(y * width, (y + 1) * width), row, envelope);
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
function squaredDistances(depth: Float64Array, out: Float64Array, envelope: Envelope): void {
  const { apexes, starts, heights } = envelope;
  const length = depth.length;
  // Index x + 1 stands for column x, so that both ends have a place.
  for (let x = 0; x < length; x++) heights[x + 1] = depth[x]! * depth[x]!;
  heights[length + 1] = 0;
  let last = 0;
  apexes[0] = 0;
  starts[0] = -Infinity;
  for (let x = 1; x <= length + 1; x++) {
    let start = crossing(heights, apexes[last]!, x);
    while (start <= starts[last]!) start = crossing(heights, apexes[--last]!, x);
    last++;
    apexes[last] = x;
    starts[last] = start;
  }
  for (let x = 1, k = 0; x <= length; x++) {
    while (k < last && starts[k + 1]! <= x) k++;
    const apex = apexes[k]!;
    out[x - 1] = (x - apex) * (x - apex) + heights[apex]!;
  }
}

/** Where the parabola at b comes to lie below the one at a. */
function crossing(heights: Float64Array, a: number, b: number): number {
  return (heights[b]! + b * b - heights[a]! - a * a) / (2 * (b - a));
}

/** Working space for rows of one length. */
interface Envelope {
  readonly apexes: Int32Array;
  readonly starts: Float64Array;
  readonly heights: Float64Array;
}

function envelopeFor(length: number): Envelope {
  return {
    apexes: new Int32Array(length + 2),
    starts: new Float64Array(length + 2),
    heights: new Float64Array(length + 2),
  };
}
