import { canonicalDigest, type ContentStore } from '@sluice/core';
import type { ModelInput } from '@sluice/data';
import { fromFloat16Bytes, toFloat16Bytes } from '../weights/float16.js';
import type { ImageEncoder } from './image-encoder.js';

/** How embeddings lie on disk: 4 MiB or 2 MiB an image. */
export type EmbeddingPrecision = 'float32' | 'float16';

export interface StoredEmbedding {
  /** Key in the content store: a digest of the image, its preprocessing, the encoder, the layout and the precision. */
  readonly digest: string;
  /** False when the store already had it. */
  readonly computed: boolean;
  /** Reads the embedding from the store, token-major `[4096, 256]`; one that was damaged or removed meanwhile is computed again. */
  readonly load: () => Promise<Float32Array<ArrayBuffer>>;
}

export interface EncodeToStoreOptions {
  readonly encoder: Pick<ImageEncoder, 'digest' | 'encode'>;
  readonly store: ContentStore;
  readonly input: Pick<ModelInput, 'digest' | 'load'>;
  readonly precision: EmbeddingPrecision;
}

/** Makes sure that an image's embedding is in the store; the encoder and the image's pixels are needed only when it is not. */
export async function encodeToStore(options: EncodeToStoreOptions): Promise<StoredEmbedding> {
  const { encoder, store, input, precision } = options;
  const digest = canonicalDigest({ what: 'embedding', image: input.digest, encoder: encoder.digest, precision });
  const computed = !(await store.has(digest));
  if (computed) await compute(options, digest);
  return {
    digest,
    computed,
    load: async () => {
      const bytes = (await store.read(digest)) ?? (await compute(options, digest));
      return decoders[precision](bytes);
    },
  };
}

async function compute(
  { encoder, store, input, precision }: EncodeToStoreOptions,
  digest: string,
): Promise<Uint8Array> {
  const bytes = encoders[precision](await encoder.encode(await input.load()));
  await store.write(digest, bytes);
  return bytes;
}

const encoders: Record<EmbeddingPrecision, (values: Float32Array<ArrayBuffer>) => Uint8Array> = {
  float32: (values) => new Uint8Array(values.buffer, values.byteOffset, values.byteLength),
  float16: toFloat16Bytes,
};

const decoders: Record<EmbeddingPrecision, (bytes: Uint8Array) => Float32Array<ArrayBuffer>> = {
  float32: (bytes) => new Float32Array(bytes.slice().buffer),
  float16: fromFloat16Bytes,
};
