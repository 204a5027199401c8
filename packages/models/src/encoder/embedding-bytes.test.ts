import { describe, expect, it } from 'vitest';
import { packEmbedding, unpackEmbedding } from './embedding-bytes.js';

const values = Float32Array.of(1.1, -1.9, 0, 1e-3);

describe('an embedding on disk', () => {
  it('keeps every bit in single precision', () => {
    const bytes = packEmbedding(values, 'float32');
    expect(bytes).toHaveLength(16);
    expect(unpackEmbedding(bytes, 'float32')).toEqual(values);
  });

  it('keeps half precision on two bytes a value', () => {
    const bytes = packEmbedding(values, 'float16');
    expect(bytes).toHaveLength(8);
    const read = unpackEmbedding(bytes, 'float16');
    for (const [index, value] of values.entries()) expect(read[index]).toBeCloseTo(value, 3);
  });

  it('takes only its own values of a larger buffer, and gives a copy', () => {
    const part = packEmbedding(values.subarray(1, 3), 'float32');
    const read = unpackEmbedding(part, 'float32');
    expect(read).toEqual(Float32Array.of(-1.9, 0));
    read[0] = 7;
    expect(values[1]).toBeCloseTo(-1.9, 6);
  });
});
