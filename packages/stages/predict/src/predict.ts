import { defineStage, writeFileAtomic } from '@sluice/core';
import { IMAGE_CODEC, PromptedSampleContract, readPixels, type RgbImage } from '@sluice/data';
import {
  CheckpointContract,
  checkpointPredictor,
  EncodedSampleContract,
  gatherSubset,
  TENSOR_ENGINE,
  type DecoderPredictor,
  type LabelledEmbedding,
} from '@sluice/models';
import { EMPTY, forkJoin, from, last, switchMap } from 'rxjs';
import { cocoPredictions, type PredictedImage } from './coco-predictions.js';
import { predictOptions } from './options.js';
import { predictImage } from './predict-image.js';
import { PredictionsContract, type PredictionsFile } from './predictions-contract.js';

/** Answers each prompt of a subset with a mask, writes all of them as COCO instances, and draws some. */
export const predict = defineStage({
  type: 'predict',
  summary: "Masks for a subset's prompts, as COCO instances with scores, and pictures of them.",
  inputs: { checkpoint: CheckpointContract, embeddings: EncodedSampleContract, prompts: PromptedSampleContract },
  outputs: { predictions: PredictionsContract },
  options: predictOptions,
  services: { engine: TENSOR_ENGINE, codec: IMAGE_CODEC },
  create: ({ subset, pictures, 'if-empty': ifEmpty }, { engine, codec }, { run, report, signal, logger }) => {
    const predictAll = async (
      predictor: DecoderPredictor,
      samples: readonly LabelledEmbedding[],
    ): Promise<PredictionsFile> => {
      const predicted: PredictedImage[] = [];
      for (const sample of samples) {
        signal.throwIfAborted();
        const { image } = sample.encoded;
        const pixels = predicted.length < pictures ? await readPixels(image, codec) : undefined;
        const { masks, picture } = await predictImage(predictor, sample, pixels);
        predicted.push({ sample: { id: sample.prompted.sample.id, image }, masks });
        const file = `${String(predicted.length).padStart(3, '0')}.png`;
        if (picture !== undefined) await writePicture(picture, await run.path('predictions', subset, file));
        report({ type: 'counted', what: 'masks predicted', count: masks.length });
        report({ type: 'progress', done: predicted.length, total: samples.length, unit: 'images' });
      }
      const path = await run.path('predictions', `instances_${subset}.json`);
      await writeFileAtomic(path, JSON.stringify(cocoPredictions(predicted)));
      report({ type: 'artifact', name: `masks of the subset ${subset} (COCO)`, path });
      if (pictures > 0) {
        report({ type: 'artifact', name: 'pictures of them', path: await run.path('predictions', subset) });
      }
      return { subset, path };
    };
    return ({ checkpoint, embeddings, prompts }) => ({
      predictions: forkJoin({
        trained: checkpoint.pipe(last()),
        samples: gatherSubset(subset, embeddings, prompts, ifEmpty),
      }).pipe(
        switchMap(({ trained, samples }) => {
          if (samples.length === 0) {
            logger.warn(`no image in the subset "${subset}": nothing is predicted for it`);
            return EMPTY;
          }
          const predictor = checkpointPredictor(engine);
          const answers = predictor.open(trained).then((opened) => predictAll(opened, samples));
          return from(answers.finally(() => predictor.release()));
        }),
      ),
    });
  },
});

async function writePicture({ width, height, data }: RgbImage, path: string): Promise<void> {
  const { default: sharp } = await import('sharp');
  const png = sharp(data, { raw: { width, height, channels: 3 } }).png();
  await writeFileAtomic(path, await png.toBuffer());
}
