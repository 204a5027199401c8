import { readFile } from 'node:fs/promises';
import type { Checkpoint } from '../contracts.js';
import type { TensorEngine } from '../engines/tensor-engine.js';
import { createDecoderPredictor, type DecoderPredictor } from '../train/decoder-predictor.js';
import { readSafetensors, weightsOf } from '../weights/safetensors.js';
import type { Weights } from '../weights/weights.js';

/** One predictor for a run's checkpoints: its graphs are compiled once, only the weights change. */
export interface CheckpointPredictor {
  /** The predictor with this checkpoint's weights; valid until the next call. */
  open(checkpoint: Checkpoint): Promise<DecoderPredictor>;
  release(): Promise<void>;
}

export function checkpointPredictor(engine: TensorEngine): CheckpointPredictor {
  let opened: { readonly predictor: DecoderPredictor; digest: string } | undefined;
  return {
    open: async (checkpoint) => {
      if (opened?.digest === checkpoint.digest) return opened.predictor;
      const weights = await readCheckpoint(checkpoint);
      if (opened === undefined) {
        opened = { predictor: await createDecoderPredictor(engine, weights), digest: checkpoint.digest };
      } else {
        await opened.predictor.setWeights(weights);
        opened.digest = checkpoint.digest;
      }
      return opened.predictor;
    },
    release: async () => {
      await opened?.predictor.release();
      opened = undefined;
    },
  };
}

/** A checkpoint's weights: SAM's prompt encoder and mask decoder. */
export async function readCheckpoint({ path }: Pick<Checkpoint, 'path'>): Promise<Weights> {
  return weightsOf(readSafetensors(await readFile(path), path), path);
}
