/** Squares of this side are turned at a time, so that reads and writes stay in cache. */
const BLOCK = 32;

/** `[channels, tokens]` to `[tokens, channels]`. */
export function toTokenMajor(values: Float32Array, channels: number, tokens: number): Float32Array<ArrayBuffer> {
  const result = new Float32Array(tokens * channels);
  for (let t0 = 0; t0 < tokens; t0 += BLOCK) {
    const tEnd = Math.min(t0 + BLOCK, tokens);
    for (let c0 = 0; c0 < channels; c0 += BLOCK) {
      const cEnd = Math.min(c0 + BLOCK, channels);
      for (let t = t0; t < tEnd; t++) {
        for (let c = c0; c < cEnd; c++) result[t * channels + c] = values[c * tokens + t]!;
      }
    }
  }
  return result;
}
