import { modelDigest, type LabelledEmbedding, type TensorEngine } from '@sluice/models';
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
export async function trainingDependencies({ options, engine, samples, seed }: TrainingSubject) {
  // A model counts by its file's digest, wherever it lies.
  const { 'checkpoint-every': _, model, start = model, ...decisive } = options;
  return {
    training: TRAINING_VERSION,
    model: await modelDigest(start, 'decoder'),
    engine: { name: engine.name, version: engine.version },
    seed,
    options: decisive,
    samples: Object.fromEntries(
      samples.map(({ key, encoded, prompted }) => [key, { embedding: encoded.digest, prompts: prompted.identity() }]),
    ),
  };
}
