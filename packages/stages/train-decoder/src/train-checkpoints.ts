import { openStageState, type ContentStore, type StageContext, type StateStore } from '@sluice/core';
import {
  fit,
  stepsPerEpoch,
  trainingMemory,
  type Checkpoint,
  type Decision,
  type LabelledEmbedding,
  type TensorEngine,
} from '@sluice/models';
import { checkpointFolder } from './checkpoint-folder.js';
import { fitItems } from './fit-item.js';
import { fitSchedule } from './fit-schedule.js';
import type { OpenTraining } from './open-training.js';
import { learningRateOf } from './optimizer-options.js';
import type { TrainDecoderOptions } from './options.js';
import { reportStep } from './report-step.js';
import { environmentOf, takeUp } from './take-up.js';
import { trainingDependencies } from './training-dependencies.js';

export interface TrainJob {
  readonly options: TrainDecoderOptions;
  readonly open: OpenTraining;
  readonly engine: TensorEngine;
  readonly store: ContentStore;
  readonly states: StateStore;
  readonly samples: readonly LabelledEmbedding[];
  readonly context: StageContext;
  readonly decide: ((epoch: number) => Promise<Decision>) | undefined;
}

/** Trains, and yields each epoch's checkpoint when its file is written. What an earlier run has done is told again, not done again. */
export async function* trainCheckpoints(job: TrainJob): AsyncGenerator<Checkpoint, void, void> {
  const { options, engine, store, samples, context, decide } = job;
  const { model, epochs, optimizer, 'batch-size': batchSize, 'checkpoint-every': every } = options;
  const perEpoch = stepsPerEpoch(samples.length, batchSize);
  const { checkpointSteps, adaptiveInterval, plateau, verdict } = fitSchedule(options, perEpoch, decide !== undefined);
  const { run, seed, logger } = context;
  const items = fitItems(samples, { classWeights: options['class-weights'] ?? {}, seed });
  const state = await openStageState(
    context,
    job.states,
    await trainingDependencies({ options, engine, samples, seed }),
  );
  const { initial, trainer } = await job.open(engine, options);
  const folder = checkpointFolder({
    ...{ run, store, model, initial, training: state.key },
    ...(adaptiveInterval !== undefined && { adaptiveInterval }),
  });
  let scores: Decision['scores'];
  try {
    const environment = environmentOf(engine);
    const past = await takeUp({
      ...{ state, trainer, folder, stepsPerEpoch: perEpoch, checkpointSteps, environment, logger },
    });
    const memory = trainingMemory({ trainer, state, past, environment, ...(every !== undefined && { every }) });
    const events = fit({
      trainer,
      items,
      epochs,
      batchSize,
      learningRate: learningRateOf(optimizer),
      ...(plateau && { plateau }),
      checkpointSteps,
      notFinite: { mostSkipped: options['on-nan'] === 'skip-step' ? options['max-skipped'] : 0 },
      seed,
      memory,
      lastGood: folder.lastGood,
      ...(decide === undefined
        ? {}
        : {
            decide: async (epoch: number) => {
              const decision = await decide(epoch);
              await folder.keep([0, epoch, decision.best.epoch]);
              ({ scores } = decision);
              return verdict(decision);
            },
          }),
    });
    try {
      for await (const event of events) {
        context.signal.throwIfAborted();
        if (event.type === 'step') reportStep(event, context, scores?.f1);
        else yield await folder.write(event);
      }
      await memory.flush();
      await folder.tidy();
    } finally {
      await memory.flush().catch((error: unknown) => logger.warn(`the last state was not written: ${String(error)}`));
    }
  } finally {
    await trainer.release();
  }
}
