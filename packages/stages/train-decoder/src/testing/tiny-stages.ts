import { defineStage, fromPull, mapBounded, writeFileAtomic, type BundledStages } from '@sluice/core';
import { promptSampler, PromptedSampleContract, type Sample } from '@sluice/data';
import {
  CheckpointContract,
  DecisionContract,
  earlyStopReducer,
  earlyStopStart,
  EncodedSampleContract,
  readCheckpoint,
  type Checkpoint,
  type DecoderTrainer,
  type EarlyStopState,
} from '@sluice/models';
import { createTinyTrainer, TINY_FEATURES, tinyWeights } from '@sluice/models/testing';
import { Type } from '@sinclair/typebox';
import { concatMap, filter, last, map, of, scan, share } from 'rxjs';
import { optimizerOf } from '../optimizer-options.js';
import { trainDecoderWith } from '../train-decoder.js';

const image = { path: '/nowhere.png', width: 64, height: 64 };
const keys = Array.from({ length: 12 }, (_, i) => `train/${String(i)}`);

function sampleOf(key: string, index: number): Sample {
  const x = 4 + 3 * index;
  const mask = { kind: 'polygons', rings: [[x, 8, x + 16, 8, x + 16, 40, x, 40]] } as const;
  return { key, id: key, subset: 'train', image, instances: [{ id: '1', category: 'leaf', mask }] };
}

/** Twelve images with a box each, which moves from epoch to epoch; the embedding of number `broken` is no number. */
const samples = defineStage({
  type: 'samples',
  summary: 'Made-up samples.',
  inputs: {},
  outputs: { embeddings: EncodedSampleContract, prompts: PromptedSampleContract },
  options: Type.Object({
    jitter: Type.Number({ default: 0.2 }),
    digest: Type.String({ default: 'a' }),
    broken: Type.Integer({ default: -1 }),
  }),
  create: ({ jitter, digest, broken }, _services, { seed }) => {
    const prompted = promptSampler({ jitter, seed });
    const embedding = (index: number) =>
      Float32Array.from({ length: TINY_FEATURES }, (_, i) =>
        index === broken ? Number.NaN : Math.sin(1 + index * 0.7 + i * 0.3),
      );
    return () => ({
      embeddings: fromPull(
        keys.map((key, index) => ({
          ...{ key, subset: 'train' as const, image, frame: { size: 1024, width: 1024, height: 1024 } },
          digest: `${digest}${String(index)}`,
          load: () => Promise.resolve(embedding(index)),
        })),
      ),
      prompts: fromPull(keys.map((key, index) => prompted(sampleOf(key, index)))),
    });
  },
});

interface Judged {
  readonly state: EarlyStopState;
  readonly score: number;
  readonly checkpoint: Checkpoint;
  readonly best: Checkpoint;
}

/** Scores a checkpoint by a number that rises and falls, and stops as early-stop does. */
const judge = defineStage({
  type: 'judge',
  summary: 'Evaluates and decides.',
  inputs: { checkpoints: CheckpointContract },
  outputs: { decision: DecisionContract, best: CheckpointContract },
  options: Type.Object({ patience: Type.Integer({ default: 100 }) }),
  create: ({ patience }, _services, { report }) => {
    const reduce = earlyStopReducer({ mode: 'max', patience, minDelta: 0, warmupEpochs: 1, warmupSteps: 1 });
    return ({ checkpoints }) => {
      const judged = checkpoints.pipe(
        mapBounded(async (checkpoint) => {
          const w = (await readCheckpoint(checkpoint)).get('w')!.data;
          const score = w.reduce((sum, value) => sum + Math.abs(value), 0) - Math.abs(checkpoint.epoch - 4);
          report({ type: 'metric', scope: 'epoch', values: { epoch: checkpoint.epoch, score } });
          return { checkpoint, score };
        }, 1),
        scan(
          (before: Judged | undefined, { checkpoint, score }): Judged => {
            const { epoch, step, stepsPerEpoch } = checkpoint;
            const state = reduce(before?.state ?? earlyStopStart, { epoch, step, stepsPerEpoch, value: score });
            return { state, score, checkpoint, best: state.best?.epoch === epoch ? checkpoint : before!.best };
          },
          undefined as Judged | undefined,
        ),
        filter((each) => each !== undefined),
        share(),
      );
      return {
        decision: judged.pipe(
          map(({ state: { stop, reason, best }, score, checkpoint: { epoch } }) => {
            report({ type: 'metric', scope: 'epoch', values: { epoch, decision: reason } });
            return { epoch, stop, reason, best: best!, scores: { f1: score } };
          }),
        ),
        best: judged.pipe(
          last(),
          concatMap(({ best }) => of(best)),
        ),
      };
    };
  },
});

/** Copies the best weights out, as export does. */
const publish = defineStage({
  type: 'publish',
  summary: 'Writes the best checkpoint.',
  inputs: { checkpoint: CheckpointContract },
  outputs: { checkpoint: CheckpointContract },
  options: Type.Object({}),
  create:
    (_options, _services, { run }) =>
    ({ checkpoint }) => ({
      checkpoint: checkpoint.pipe(
        mapBounded(async (best) => {
          const weights = await readCheckpoint(best);
          const text = JSON.stringify([
            best.epoch,
            best.digest,
            [...weights].map(([name, { data }]) => [name, [...data]]),
          ]);
          await writeFileAtomic(await run.path('best.json'), text);
          return best;
        }, 1),
      ),
    }),
});

/** The train-decoder stage on a tiny model, and what a pipeline needs around it; `before` is called before each step is taken. */
export function tinyStages(before: (step: number) => void | Promise<void>): BundledStages {
  const train = trainDecoderWith(async (engine, options) => {
    const trainer = await createTinyTrainer(engine, optimizerOf(options.optimizer));
    let taken = 0;
    const watched: typeof trainer = {
      ...trainer,
      restore: async (snapshot) => {
        await trainer.restore(snapshot);
        taken = snapshot.steps;
      },
      trainBatch: async (...batch: Parameters<DecoderTrainer['trainBatch']>) => {
        taken += 1;
        await before(taken);
        return trainer.trainBatch(...batch);
      },
    };
    return { initial: tinyWeights(), trainer: watched };
  });
  const found = { samples, train, judge, publish };
  return Object.fromEntries(Object.entries(found).map(([name, stage]) => [name, () => Promise.resolve(stage)]));
}
