import { zooModel, type LabelledEmbedding, type TensorEngine } from '@sluice/models';
import type { TrainDecoderOptions } from './options.js';

/** Raise it when training gives other weights than before: what was begun with the old code then starts over. */
const TRAINING_VERSION = 2;

export interface TrainingSubject {
  readonly options: TrainDecoderOptions;
  readonly engine: Pick<TensorEngine, 'name' | 'version'>;
  readonly samples: readonly LabelledEmbedding[];
  readonly seed: number;
}

/**
 * All that the weights depend on, as JSON. The thread count and the processor, on which the last bits depend, are left out: training
 * goes on with others, and warns.
 */
export function trainingDependencies({ options, engine, samples, seed }: TrainingSubject) {
  const { 'checkpoint-every': _, ...decisive } = options;
  return {
    training: TRAINING_VERSION,
    model: zooModel(options.model).decoder.sha256,
    engine: { name: engine.name, version: engine.version },
    seed,
    options: decisive,
    samples: Object.fromEntries(
      samples.map(({ key, encoded, prompted }) => [key, { embedding: encoded.digest, prompts: prompted.identity() }]),
    ),
  };
}
