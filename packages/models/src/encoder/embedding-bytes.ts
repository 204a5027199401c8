import { fromFloat16Bytes, toFloat16Bytes } from '../weights/float16.js';

/** How embeddings lie on disk: 4 MiB or 2 MiB an image. */
export type EmbeddingPrecision = 'float32' | 'float16';

/** An embedding's values as they are kept, little-endian. */
export function packEmbedding(values: Float32Array<ArrayBuffer>, precision: EmbeddingPrecision): Uint8Array {
  if (precision === 'float16') return toFloat16Bytes(values);
  return new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
}

/** The values again; a copy of their own. */
export function unpackEmbedding(bytes: Uint8Array, precision: EmbeddingPrecision): Float32Array<ArrayBuffer> {
  return precision === 'float16' ? fromFloat16Bytes(bytes) : new Float32Array(bytes.slice().buffer);
}
