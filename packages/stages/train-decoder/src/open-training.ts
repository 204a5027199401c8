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

/** The mask decoder of a model, or another one that is trained on. */
export const openDecoderTraining: OpenTraining = async (engine, options) => {
  const {
    model,
    start = model,
    loss,
    resolution,
    trainable,
    optimizer,
    corrections,
    multimask,
    'loss-tokens': lossTokens,
  } = options;
  const initial = await loadSamWeights(start);
  const trainer = await createDecoderTrainer({
    engine,
    weights: initial,
    loss,
    resolution,
    trainable,
    corrections,
    multimask,
    optimizer: optimizerOf(optimizer),
    ...(lossTokens !== undefined && { lossTokens }),
  });
  return { initial, trainer };
};
