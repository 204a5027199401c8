import { CONTENT_STORE, defineStage, mapBounded } from '@sluice/core';
import { ModelInputContract } from '@sluice/data';
import { EncodedSampleContract, encodeToStore, openImageEncoder, TENSOR_ENGINE } from '@sluice/models';
import { defer, finalize, from, switchMap } from 'rxjs';
import { encodeOptions } from './options.js';

/** Runs the frozen image encoder; embeddings go to disk, references go on. Order is kept; at most `concurrency` images in flight. */
export const encode = defineStage({
  type: 'encode',
  summary: 'Image embeddings by the frozen encoder, computed once and kept on disk by content.',
  inputs: { images: ModelInputContract },
  outputs: { embeddings: EncodedSampleContract },
  options: encodeOptions,
  services: { engine: TENSOR_ENGINE, store: CONTENT_STORE },
  create:
    ({ model, precision, concurrency }, { engine, store }, { report }) =>
    ({ images }) => ({
      embeddings: defer(() => from(openImageEncoder(engine, model))).pipe(
        switchMap((encoder) => {
          let done = 0;
          return images.pipe(
            mapBounded(async (input) => {
              const { key, subset, image, frame } = input;
              const { digest, computed, load } = await encodeToStore({ encoder, store, input, precision });
              report({
                type: 'counted',
                what: computed ? 'images encoded' : 'embeddings found in the cache',
                count: 1,
              });
              report({ type: 'progress', done: ++done, unit: 'images' });
              return { key, subset, image, frame, digest, load };
            }, concurrency),
            finalize(() => void encoder.release()),
          );
        }),
      ),
    }),
});
