import type { Flip } from '../contracts.js';

/** The mirror image of row-major pixels `[height, width, channels]`. */
export function flipPixels(
  data: Uint8Array,
  width: number,
  height: number,
  channels: number,
  flip: Flip,
): Uint8Array<ArrayBuffer> {
  const result = new Uint8Array(data.length);
  const row = width * channels;
  for (let y = 0; y < height; y++) {
    const from = (flip === 'horizontal' ? y : height - 1 - y) * row;
    const to = y * row;
    if (flip === 'vertical') {
      result.set(data.subarray(from, from + row), to);
      continue;
    }
    for (let x = 0; x < width; x++) {
      const source = from + (width - 1 - x) * channels;
      for (let channel = 0; channel < channels; channel++)
        result[to + x * channels + channel] = data[source + channel]!;
    }
  }
  return result;
}
