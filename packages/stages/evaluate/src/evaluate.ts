import { CONTENT_STORE, defineStage, mapBounded } from '@sluice/core';
import { PromptedSampleContract } from '@sluice/data';
import {
  CheckpointContract,
  EncodedSampleContract,
  gatherSubset,
  MetricsContract,
  TENSOR_ENGINE,
} from '@sluice/models';
import { EMPTY, switchMap } from 'rxjs';
import { evaluateOptions } from './options.js';
import { openScoring } from './open-scoring.js';

/** Scores each checkpoint on a subset, one after the other: F1, IoU, precision, recall, with prompts from the labels; each once. */
export const evaluate = defineStage({
  type: 'evaluate',
  summary: 'Micro and macro F1, IoU, precision and recall of checkpoints at the original resolution.',
  inputs: { checkpoints: CheckpointContract, embeddings: EncodedSampleContract, prompts: PromptedSampleContract },
  outputs: { metrics: MetricsContract },
  options: evaluateOptions,
  services: { engine: TENSOR_ENGINE, store: CONTENT_STORE },
  create:
    ({ subset, scope, prompts: question, 'if-empty': ifEmpty }, { engine, store }, { report, signal, logger }) =>
    ({ checkpoints, embeddings, prompts }) => ({
      metrics: gatherSubset(subset, embeddings, prompts, ifEmpty).pipe(
        switchMap((samples) => {
          if (samples.length === 0) {
            logger.warn(`no image in the subset "${subset}": nothing is scored on it`);
            return EMPTY;
          }
          const scoring = openScoring({
            engine,
            store,
            samples,
            question,
            onImage: (done, { epoch }, asked) => {
              signal.throwIfAborted();
              const note = `epoch ${String(epoch)}${asked === 'as-given' ? '' : ` · ${asked}`}`;
              report({ type: 'progress', done, total: samples.length, unit: 'images', note });
            },
          });
          return checkpoints.pipe(
            mapBounded(async (checkpoint) => {
              const { epoch, step } = checkpoint;
              const { rows, computed, overall } = await scoring.score(checkpoint);
              report({ type: 'counted', what: computed ? 'checkpoints scored' : 'scores from the cache', count: 1 });
              for (const { asked, images, instances, scores } of rows) {
                const how = asked === 'as-given' ? {} : { prompts: asked };
                const values = { epoch, step, subset, ...how, images, instances, ...scores };
                report({ type: 'metric', scope, values });
              }
              return { subset, checkpoint, ...overall };
            }, 1),
          );
        }),
      ),
    }),
});
