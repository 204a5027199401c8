import { definePureStage } from '@sluice/core';
import { ModelInputContract } from '@sluice/data';
import {
  EncodedSampleContract,
  imageEncoderDigest,
  modelLacks,
  openImageEncoder,
  packEmbedding,
  TENSOR_ENGINE,
  unpackEmbedding,
  type ImageEncoder,
} from '@sluice/models';
import { encodeOptions } from './options.js';

/** Runs the frozen image encoder, which is opened for the first image that the cache does not have. */
export const encode = definePureStage({
  type: 'encode',
  summary: 'Image embeddings by the frozen encoder, computed once and kept on disk by content.',
  inputs: { images: ModelInputContract },
  outputs: { embeddings: EncodedSampleContract },
  options: encodeOptions,
  services: { engine: TENSOR_ENGINE },
  lacks: ({ model }) => modelLacks(model),
  keeps: 'bytes',
  identity: ({ digest }) => digest,
  environment: async ({ model }, { engine }) => ({ encoder: await imageEncoderDigest(model), engine }),
  concurrency: ({ concurrency }) => concurrency,
  create: ({ model, precision }, { engine }, { report }) => {
    let opened: Promise<ImageEncoder> | undefined;
    let done = 0;
    return {
      work: async (input) => {
        opened ??= openImageEncoder(engine, model);
        const encoder = await opened.catch((error: unknown) => {
          opened = undefined;
          throw error;
        });
        return packEmbedding(await encoder.encode(await input.load()), precision);
      },
      result: ({ key, subset, image, frame }, kept) => {
        report({ type: 'progress', done: ++done, unit: 'images' });
        const load = async () => unpackEmbedding(await kept.read(), precision);
        return { key, subset, image, frame, digest: kept.key, load };
      },
      release: async () => {
        await (await opened)?.release();
        opened = undefined;
      },
    };
  },
});
