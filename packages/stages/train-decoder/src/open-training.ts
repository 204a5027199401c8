import {
  createDecoderTrainer,
  loadSamWeights,
  type DecoderTrainer,
  type TensorEngine,
  type Weights,
} from '@sluice/models';
import { optimizerOf } from './optimizer-options.js';
import type { TrainDecoderOptions } from './options.js';

/** A model that is about to be trained. */
export interface OpenedTraining {
  readonly initial: Weights;
  readonly trainer: Pick<DecoderTrainer, 'trainBatch' | 'weights' | 'snapshot' | 'restore' | 'release'>;
}

export type OpenTraining = (engine: TensorEngine, options: TrainDecoderOptions) => Promise<OpenedTraining>;

/** What the loss is taken of, and how. */
export function lossOptionsOf(options: TrainDecoderOptions) {
  const { loss, resolution, corrections, multimask, 'loss-tokens': lossTokens, 'loss-window': lossWindow } = options;
  return {
    ...{ loss, resolution, corrections, multimask },
    ...(lossTokens !== undefined && { lossTokens }),
    ...(lossWindow !== undefined && { lossWindow }),
  };
}

/** The mask decoder of a model, or another one that is trained on. */
export const openDecoderTraining: OpenTraining = async (engine, options) => {
  const { model, start = model, trainable, optimizer } = options;
  const initial = await loadSamWeights(start);
  const trainer = await createDecoderTrainer({
    engine,
    weights: initial,
    trainable,
    optimizer: optimizerOf(optimizer),
    ...lossOptionsOf(options),
  });
  return { initial, trainer };
};
