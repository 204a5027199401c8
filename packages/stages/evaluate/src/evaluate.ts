import { CONTENT_STORE, defineStage, mapBounded } from '@sluice/core';
import { PromptedSampleContract } from '@sluice/data';
import {
  cachedEvaluation,
  CheckpointContract,
  checkpointPredictor,
  EncodedSampleContract,
  evaluateDecoder,
  MetricsContract,
  gatherSubset,
  TENSOR_ENGINE,
} from '@sluice/models';
import { EMPTY, finalize, switchMap } from 'rxjs';
import { evaluateOptions } from './options.js';

/** Scores each checkpoint on a subset, one after the other: F1, IoU, precision, recall, with prompts from the labels; each once. */
export const evaluate = defineStage({
  type: 'evaluate',
  summary: 'Micro and macro F1, IoU, precision and recall of checkpoints at the original resolution.',
  inputs: { checkpoints: CheckpointContract, embeddings: EncodedSampleContract, prompts: PromptedSampleContract },
  outputs: { metrics: MetricsContract },
  options: evaluateOptions,
  services: { engine: TENSOR_ENGINE, store: CONTENT_STORE },
  create:
    ({ subset, scope, 'if-empty': ifEmpty }, { engine, store }, { report, signal, logger }) =>
    ({ checkpoints, embeddings, prompts }) => ({
      metrics: gatherSubset(subset, embeddings, prompts, ifEmpty).pipe(
        switchMap((samples) => {
          if (samples.length === 0) {
            logger.warn(`no image in the subset "${subset}": nothing is scored on it`);
            return EMPTY;
          }
          const predictor = checkpointPredictor(engine);
          const score = cachedEvaluation({
            store,
            engine,
            samples,
            evaluate: async (checkpoint) =>
              evaluateDecoder(await predictor.open(checkpoint), samples, (done) => {
                signal.throwIfAborted();
                const note = `epoch ${String(checkpoint.epoch)}`;
                report({ type: 'progress', done, total: samples.length, unit: 'images', note });
              }),
          });
          return checkpoints.pipe(
            mapBounded(async (checkpoint) => {
              const { computed, ...evaluation } = await score(checkpoint);
              const { images, instances, scores } = evaluation;
              const { epoch, step } = checkpoint;
              report({
                type: 'counted',
                what: computed ? 'checkpoints scored' : 'scores from the cache',
                count: 1,
              });
              report({ type: 'metric', scope, values: { epoch, step, subset, images, instances, ...scores } });
              return { subset, checkpoint, ...evaluation };
            }, 1),
            finalize(() => void predictor.release()),
          );
        }),
      ),
    }),
});
