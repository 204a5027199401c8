import { canonicalDigest } from '@sluice/core';
import {
  imageEncoderDigest,
  openImageEncoder,
  openOnnxEncoder,
  type ImageEncoder,
  type LabelledEmbedding,
  type TensorEngine,
} from '@sluice/models';
import type { LabelledImage } from './gather-images.js';

/** An encoder that is opened for the first image that it has to encode: what the cache has needs none. */
export interface Encoder {
  /** What its embeddings depend on besides the image. */
  readonly digest: string;
  readonly encode: ImageEncoder['encode'];
  readonly release: () => Promise<void>;
}

/** The float encoder of a model. */
export async function floatEncoder(engine: TensorEngine, model: string): Promise<Encoder> {
  return lazyEncoder(await imageEncoderDigest(model), () => openImageEncoder(engine, model));
}

/** An encoder in an ONNX file that `file` makes. */
export function fileEncoder(engine: TensorEngine, digest: string, file: () => Uint8Array): Encoder {
  return lazyEncoder(digest, () => openOnnxEncoder(engine, file()));
}

function lazyEncoder(digest: string, open: () => Promise<Pick<ImageEncoder, 'encode' | 'release'>>): Encoder {
  let opened: ReturnType<typeof open> | undefined;
  return {
    digest,
    encode: async (pixels) => (await (opened ??= open())).encode(pixels),
    release: async () => (await opened)?.release(),
  };
}

/** Images as they are scored: embeddings are made when they are asked for, and never kept. */
export function encodedBy(encoder: Encoder, images: readonly LabelledImage[]): readonly LabelledEmbedding[] {
  return images.map(({ key, input, prompted }) => {
    const { subset, image, frame } = input;
    const digest = canonicalDigest({ encoder: encoder.digest, image: input.digest });
    const load = async () => encoder.encode(await input.load());
    return { key, prompted, encoded: { key, subset, image, frame, digest, load } };
  });
}

/** The same by the float encoder; embeddings that came in are taken as they are. */
export function floatEmbeddings(encoder: Encoder, images: readonly LabelledImage[]): readonly LabelledEmbedding[] {
  return encodedBy(encoder, images).map((labelled, i) => ({
    ...labelled,
    encoded: images[i]!.embedding ?? labelled.encoded,
  }));
}
