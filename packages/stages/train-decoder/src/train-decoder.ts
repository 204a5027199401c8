import { CONTENT_STORE, defineStage, feedback, fromPull, STATE_STORE } from '@sluice/core';
import { PromptedSampleContract } from '@sluice/data';
import {
  CheckpointContract,
  DecisionContract,
  decoderLacks,
  EncodedSampleContract,
  gatherSubset,
  modelLacks,
  refuseLossOptions,
  TENSOR_ENGINE,
  type Decision,
} from '@sluice/models';
import { filter, firstValueFrom, share, switchMap, type Observable } from 'rxjs';
import { lossOptionsOf, openDecoderTraining, type OpenTraining } from './open-training.js';
import { trainDecoderOptions } from './options.js';
import { trainCheckpoints } from './train-checkpoints.js';

/** Fine-tunes SAM's mask decoder on the train subset. With `decision` connected, it waits for a word after each epoch. */
export const trainDecoder = trainDecoderWith(openDecoderTraining);

/** The stage with a way to open what it trains. */
export function trainDecoderWith(open: OpenTraining) {
  return defineStage({
    type: 'train-decoder',
    summary: "Fine-tunes SAM's mask decoder: 20·focal + dice + iou, a checkpoint each epoch.",
    inputs: {
      embeddings: EncodedSampleContract,
      prompts: PromptedSampleContract,
      decision: feedback(DecisionContract),
    },
    /** `checkpoints`: epochs 0 (untouched), 1, 2, ...; `initial`: epoch 0 alone. */
    outputs: { checkpoints: CheckpointContract, initial: CheckpointContract },
    options: trainDecoderOptions,
    lacks: async ({ model, start }) => [
      ...(await modelLacks(model)),
      ...(start === undefined ? [] : await decoderLacks('start', start, model)),
    ],
    services: { engine: TENSOR_ENGINE, store: CONTENT_STORE, states: STATE_STORE },
    create:
      (options, { engine, store, states }, context) =>
      ({ embeddings, prompts, decision }) => {
        refuseLossOptions(lossOptionsOf(options));
        const checkpoints = gatherSubset('train', embeddings, prompts).pipe(
          switchMap((samples) => {
            const decide = decision === undefined ? undefined : decisionOn(decision);
            return fromPull(() => trainCheckpoints({ options, open, engine, store, states, samples, context, decide }));
          }),
          share(),
        );
        return { checkpoints, initial: checkpoints.pipe(filter(({ epoch }) => epoch === 0)) };
      },
  });
}

const decisionOn =
  (decisions: Observable<Decision>) =>
  (epoch: number): Promise<Decision> =>
    firstValueFrom(decisions.pipe(filter((decision) => decision.epoch === epoch)));
