import { createHash } from 'node:crypto';
import { readdir, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { canonicalDigest, writeFileAtomic, type ContentStore, type RunFolder } from '@sluice/core';
import {
  allFinite,
  modelErrors,
  writeSafetensors,
  type Checkpoint,
  type FitCheckpoint,
  type Weights,
} from '@sluice/models';

/** The run's `checkpoints` folder, one safetensors file a checkpoint; the content store has a copy of each for later runs. */
export interface CheckpointFolder {
  /** Writes a checkpoint; one of an earlier run comes from the store. Throws `models/CHECKPOINT_NOT_WRITTEN`, `models/CHECKPOINT_GONE`, and `models/WEIGHTS_NOT_FINITE` before anything is written. */
  readonly write: (checkpoint: FitCheckpoint) => Promise<Checkpoint>;
  /** Whether the store has the checkpoints of all these epochs. */
  readonly hasAll: (epochs: readonly number[]) => Promise<boolean>;
  /** Removes the files of all other epochs. */
  readonly keep: (epochs: readonly number[]) => Promise<void>;
  /** Removes what an earlier run has left beyond the end of this one. */
  readonly tidy: () => Promise<void>;
  /** The last file; its weights are all numbers. */
  readonly lastGood: () => string | undefined;
}

export interface CheckpointFolderOptions {
  readonly run: RunFolder;
  readonly store: ContentStore;
  readonly model: string;
  /** The untouched model, which is epoch 0. */
  readonly initial: Weights;
  /** Digest of all that the weights depend on. */
  readonly training: string;
  /** See `Checkpoint`. */
  readonly adaptiveInterval?: number;
}

export function checkpointFolder(options: CheckpointFolderOptions): CheckpointFolder {
  const { run, store, model, initial, training, adaptiveInterval } = options;
  const written = new Map<number, string>();
  let good: string | undefined;
  const keyOf = (epoch: number): string => canonicalDigest({ what: 'checkpoint', training, epoch });

  const contentOf = async ({ epoch, step, past, weights }: FitCheckpoint) => {
    if (past && epoch > 0) {
      const kept = await store.read(keyOf(epoch));
      if (kept === undefined) throw modelErrors.CHECKPOINT_GONE({ epoch });
      return kept;
    }
    const present = epoch === 0 ? initial : await weights();
    if (!allFinite(present)) throw modelErrors.WEIGHTS_NOT_FINITE({ epoch, step, lastGood: good });
    return writeSafetensors(present, { model, epoch: String(epoch), step: String(step) });
  };
  return {
    write: async (event) => {
      const { epoch, step, stepsPerEpoch, loss, past } = event;
      const path = await run.path('checkpoints', fileName(event));
      const bytes = await contentOf(event);
      try {
        if (!past && epoch > 0) await store.write(keyOf(epoch), bytes);
        await writeFileAtomic(path, bytes);
      } catch (cause) {
        throw modelErrors.CHECKPOINT_NOT_WRITTEN({ epoch, path }, { cause });
      }
      written.set(epoch, path);
      good = path;
      const digest = createHash('sha256').update(bytes).digest('hex');
      return {
        ...{ epoch, step, stepsPerEpoch, model, path, digest },
        ...(loss !== undefined && { loss }),
        ...(adaptiveInterval !== undefined && { adaptiveInterval }),
      };
    },
    hasAll: async (epochs) => {
      for (const epoch of epochs) if (!(await store.has(keyOf(epoch)))) return false;
      return true;
    },
    keep: async (epochs) => {
      for (const [epoch, path] of written) {
        if (epochs.includes(epoch)) continue;
        await rm(path, { force: true });
        written.delete(epoch);
      }
    },
    tidy: async () => {
      const root = dirname(await run.path('checkpoints', 'any'));
      const files = (await readdir(root)).filter((name) => /^epoch-\d+(-step-\d+)?\.safetensors$/.test(name));
      const left = files.map((name) => join(root, name)).filter((path) => ![...written.values()].includes(path));
      await Promise.all(left.map((path) => rm(path, { force: true })));
    },
    lastGood: () => good,
  };
}

/** `epoch-003.safetensors`, and `epoch-003-step-000065.safetensors` where the third epoch is over and the fourth is not. */
function fileName({ epoch, step }: FitCheckpoint): string {
  const whole = `epoch-${String(Math.floor(epoch)).padStart(3, '0')}`;
  return `${whole}${Number.isInteger(epoch) ? '' : `-step-${String(step).padStart(6, '0')}`}.safetensors`;
}
