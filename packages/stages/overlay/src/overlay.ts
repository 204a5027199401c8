import { defineStage, mapBounded, writeFileAtomic } from '@sluice/core';
import { IMAGE_CODEC, PromptedSampleContract } from '@sluice/data';
import {
  CheckpointContract,
  checkpointPredictor,
  EncodedSampleContract,
  gatherSubset,
  TENSOR_ENGINE,
} from '@sluice/models';
import { EMPTY, finalize, forkJoin, from, last, map, switchMap, toArray } from 'rxjs';
import { drawSample } from './draw-sample.js';
import { gallery } from './gallery.js';
import { overlayOptions } from './options.js';
import { PictureContract } from './picture-contract.js';

/** Draws image, truth, and the masks of two checkpoints side by side, with a page that shows them all. */
export const overlay = defineStage({
  type: 'overlay',
  summary: 'Pictures of images with their truth and the masks before and after fine-tuning.',
  inputs: {
    before: CheckpointContract,
    after: CheckpointContract,
    embeddings: EncodedSampleContract,
    prompts: PromptedSampleContract,
  },
  outputs: { pictures: PictureContract },
  options: overlayOptions,
  services: { engine: TENSOR_ENGINE, codec: IMAGE_CODEC },
  create:
    ({ subset, count, 'if-empty': ifEmpty }, { engine, codec }, { run, report, logger }) =>
    ({ before, after, embeddings, prompts }) => ({
      pictures: forkJoin({
        before: before.pipe(last()),
        after: after.pipe(last()),
        samples: gatherSubset(subset, embeddings, prompts, ifEmpty),
      }).pipe(
        switchMap(({ before, after, samples: all }) => {
          if (all.length === 0) {
            logger.warn(`no image in the subset "${subset}": nothing is drawn of it`);
            return EMPTY;
          }
          const samples = all.slice(0, count);
          const predictor = checkpointPredictor(engine);
          const checkpoints = { before, after };
          return from(samples).pipe(
            mapBounded(async (sample, index) => {
              const file = `${String(index + 1).padStart(3, '0')}.png`;
              const path = await run.path('overlays', file);
              const entry = await drawSample(sample, checkpoints, predictor, codec, path);
              report({ type: 'progress', done: index + 1, total: samples.length, unit: 'pictures' });
              return { ...entry, file, path };
            }, 1),
            finalize(() => void predictor.release()),
          );
        }),
        toArray(),
        mapBounded(async (entries) => {
          if (entries.length === 0) return entries;
          const page = await run.path('overlays', 'index.html');
          await writeFileAtomic(page, Buffer.from(gallery(entries)));
          report({ type: 'artifact', name: 'pictures: image, truth, before, after', path: page });
          return entries;
        }, 1),
        switchMap((entries) => from(entries)),
        map(({ id, path }) => ({ id, path })),
      ),
    }),
});
