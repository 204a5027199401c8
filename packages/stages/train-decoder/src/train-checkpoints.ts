import type { StageContext } from '@sluice/core';
import {
  createDecoderTrainer,
  fit,
  loadSamWeights,
  type Checkpoint,
  type Decision,
  type LabelledEmbedding,
  type TensorEngine,
} from '@sluice/models';
import { checkpointFolder } from './checkpoint-folder.js';
import { fitItem } from './fit-item.js';
import type { TrainDecoderOptions } from './options.js';
import { reportStep } from './report-step.js';

export interface TrainJob {
  readonly options: TrainDecoderOptions;
  readonly engine: TensorEngine;
  readonly samples: readonly LabelledEmbedding[];
  readonly context: StageContext;
  readonly decide: ((epoch: number) => Promise<Decision>) | undefined;
}

/** Trains, and yields each epoch's checkpoint when its file is written. */
export async function* trainCheckpoints(job: TrainJob): AsyncGenerator<Checkpoint, void, void> {
  const { options, engine, samples, context, decide } = job;
  const { model, epochs, optimizer, loss, resolution } = options;
  const folder = checkpointFolder(context.run, model);
  const trainer = await createDecoderTrainer({
    engine,
    weights: await loadSamWeights(model),
    loss,
    resolution,
    optimizer: { name: optimizer.name },
  });
  try {
    const events = fit({
      trainer,
      items: samples.map(fitItem),
      epochs,
      batchSize: options['batch-size'],
      learningRate: { peak: optimizer.lr, warmupSteps: optimizer['warmup-steps'], schedule: optimizer.schedule },
      seed: context.seed,
      ...(decide === undefined
        ? {}
        : {
            decide: async (epoch: number) => {
              const decision = await decide(epoch);
              await folder.keep([0, epoch, decision.best.epoch]);
              return decision;
            },
          }),
    });
    for await (const event of events) {
      context.signal.throwIfAborted();
      if (event.type === 'step') reportStep(event, context.report);
      else yield await folder.write(event);
    }
  } finally {
    await trainer.release();
  }
}
