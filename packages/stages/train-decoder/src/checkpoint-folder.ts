import { createHash } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { writeFileAtomic, type RunFolder } from '@sluice/core';
import { writeSafetensors, type Checkpoint, type FitCheckpoint } from '@sluice/models';

/** The run's `checkpoints` folder: one safetensors file an epoch. */
export interface CheckpointFolder {
  readonly write: (checkpoint: FitCheckpoint) => Promise<Checkpoint>;
  /** Removes the files of all other epochs. */
  readonly keep: (epochs: readonly number[]) => Promise<void>;
}

export function checkpointFolder(run: RunFolder, model: string): CheckpointFolder {
  const written = new Map<number, string>();
  return {
    write: async ({ epoch, step, stepsPerEpoch, weights }) => {
      const path = await run.path('checkpoints', `epoch-${String(epoch).padStart(3, '0')}.safetensors`);
      const metadata = { model, epoch: String(epoch), step: String(step) };
      const bytes = writeSafetensors(weights, metadata);
      await writeFileAtomic(path, bytes);
      written.set(epoch, path);
      const digest = createHash('sha256').update(bytes).digest('hex');
      return { epoch, step, stepsPerEpoch, model, path, digest };
    },
    keep: async (epochs) => {
      for (const [epoch, path] of written) {
        if (epochs.includes(epoch)) continue;
        await rm(path, { force: true });
        written.delete(epoch);
      }
    },
  };
}
