import { canonicalDigest, type ContentStore } from '@sluice/core';
import type { PromptKind } from '@sluice/data';
import type { Checkpoint } from '../contracts.js';
import type { TensorEngine } from '../engines/tensor-engine.js';
import type { Evaluation } from './evaluate-decoder.js';
import type { LabelledEmbedding } from './pair-samples.js';

/** Raise it when an evaluation gives other scores than before: those that are kept are then not used. */
const EVALUATION_VERSION = 2;

export interface CachedEvaluationOptions {
  readonly store: ContentStore;
  readonly engine: Pick<TensorEngine, 'name' | 'version'>;
  readonly samples: readonly LabelledEmbedding[];
  /** With what kind of prompt all instances are asked for. @default with the prompts as they are given */
  readonly kind?: PromptKind | undefined;
  /** Scores a checkpoint whose scores the store doesn't have. */
  readonly evaluate: (checkpoint: Checkpoint) => Promise<Evaluation>;
}

/** Scores of checkpoints on these samples, each computed once: a resumed run gets those of its past epochs without their weights. */
export function cachedEvaluation({
  store,
  engine: { name, version },
  samples,
  kind,
  evaluate,
}: CachedEvaluationOptions): (checkpoint: Checkpoint) => Promise<Evaluation & { readonly computed: boolean }> {
  const subject = canonicalDigest(
    samples.map(({ key, encoded, prompted }) => ({ key, embedding: encoded.digest, prompts: prompted.identity() })),
  );
  return async (checkpoint) => {
    const key = canonicalDigest({
      what: 'evaluation',
      version: EVALUATION_VERSION,
      engine: { name, version },
      checkpoint: checkpoint.digest,
      subject,
      ...(kind && { kind }),
    });
    const kept = await store.read(key);
    if (kept !== undefined) return { ...(JSON.parse(Buffer.from(kept).toString()) as Evaluation), computed: false };
    const evaluation = await evaluate(checkpoint);
    // JSON has no NaN.
    if (Object.values(evaluation.scores).every((score) => Number.isFinite(score))) {
      await store.write(key, Buffer.from(JSON.stringify(evaluation)));
    }
    return { ...evaluation, computed: true };
  };
}
