import { createHash } from 'node:crypto';
import { defineStage, fromPull, writeFileAtomic, type RunFolder } from '@sluice/core';
import {
  CheckpointContract,
  decoderLacks,
  loadSamWeights,
  modelLacks,
  readDecoderFile,
  TRAINED_DECODER,
  writeSafetensors,
  type Checkpoint,
} from '@sluice/models';
import { filter, map, share } from 'rxjs';
import { loadCheckpointOptions } from './options.js';

/** Takes a decoder that was trained before into a run: what follows training then works on it. */
export const loadCheckpoint = defineStage({
  type: 'load-checkpoint',
  summary: 'A fine-tuned decoder of an earlier run or of a file, and the untouched one that it came from.',
  inputs: {},
  /** `initial`: the model's own decoder, as epoch 0. */
  outputs: { checkpoint: CheckpointContract, initial: CheckpointContract },
  options: loadCheckpointOptions,
  lacks: async ({ path, model }) => [...(await modelLacks(model)), ...(await decoderLacks('path', path, model))],
  create:
    ({ path, model }, _services, { run, logger, report }) =>
    () => {
      const note = (text: string): void => void logger.info(text);
      const both = fromPull(async function* () {
        const untouched = { source: model, name: 'initial', epoch: 0, step: 0 };
        yield { ...untouched, checkpoint: await taken({ ...untouched, model, run, note }) };
        const { epoch, step } = await readDecoderFile(path);
        const trained = { source: path, name: 'checkpoint', epoch, step };
        const checkpoint = await taken({ ...trained, model, run, note });
        report({ type: 'artifact', name: TRAINED_DECODER, path: checkpoint.path });
        yield { ...trained, checkpoint };
      }).pipe(share());
      const only = (wanted: string) =>
        both.pipe(
          filter(({ name }) => name === wanted),
          map(({ checkpoint }) => checkpoint),
        );
      return { checkpoint: only('checkpoint'), initial: only('initial') };
    },
});

interface Taken extends Pick<Checkpoint, 'epoch' | 'step' | 'model'> {
  readonly source: string;
  readonly name: string;
  readonly run: RunFolder;
  readonly note: (text: string) => void;
}

/** A copy in the run's own folder, which stays whole when the earlier run goes; of a run's checkpoint it has the same bytes, so its scores are known. */
async function taken({ source, name, epoch, step, model, run, note }: Taken): Promise<Checkpoint> {
  const metadata = { model, epoch: String(epoch), step: String(step) };
  const bytes = writeSafetensors(await loadSamWeights(source, note), metadata);
  const path = await run.path('checkpoints', `${name}.safetensors`);
  await writeFileAtomic(path, bytes);
  const digest = createHash('sha256').update(bytes).digest('hex');
  return { epoch, step, stepsPerEpoch: epoch > 0 ? Math.max(1, Math.round(step / epoch)) : 1, model, path, digest };
}
