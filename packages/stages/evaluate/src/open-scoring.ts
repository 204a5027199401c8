import type { ContentStore } from '@sluice/core';
import type { PromptKind } from '@sluice/data';
import {
  cachedEvaluation,
  checkpointPredictor,
  evaluateDecoder,
  meanEvaluation,
  type Checkpoint,
  type Evaluation,
  type LabelledEmbedding,
  type TensorEngine,
} from '@sluice/models';
import type { EvaluateOptions } from './options.js';

/** What instances are asked for with. */
export type Question = EvaluateOptions['prompts'];

export interface ScoringOptions {
  readonly engine: TensorEngine;
  readonly store: ContentStore;
  readonly samples: readonly LabelledEmbedding[];
  readonly question: Question;
  /** Told after each image; may abort by throwing. */
  readonly onImage: (done: number, checkpoint: Checkpoint, asked: Question) => void;
}

export interface ScoredCheckpoint {
  /** One for each way to ask; where there are several, their mean comes last. */
  readonly rows: readonly (Evaluation & { readonly asked: Question })[];
  /** What decisions are made on. */
  readonly overall: Evaluation;
  /** Whether anything had to be computed. */
  readonly computed: boolean;
}

export interface Scoring {
  readonly score: (checkpoint: Checkpoint) => Promise<ScoredCheckpoint>;
}

/** The ways to ask of a question, each with the kind of its prompts; without one they are as given. */
const waysToAsk: Readonly<Record<Question, readonly { readonly asked: Question; readonly kind?: PromptKind }[]>> = {
  'as-given': [{ asked: 'as-given' }],
  boxes: [{ asked: 'boxes', kind: 'box' }],
  points: [{ asked: 'points', kind: 'point' }],
  'boxes-and-points': [
    { asked: 'boxes', kind: 'box' },
    { asked: 'points', kind: 'point' },
  ],
};

/** Scores checkpoints with one predictor; what the store has is not computed again. */
export function openScoring({ engine, store, samples, question, onImage }: ScoringOptions): Scoring {
  const predictor = checkpointPredictor(engine);
  const ways = waysToAsk[question].map(({ asked, kind }) => {
    const evaluate = async (checkpoint: Checkpoint): Promise<Evaluation> => {
      const told = (done: number): void => {
        onImage(done, checkpoint, asked);
      };
      return evaluateDecoder(await predictor.open(checkpoint), samples, { kind, onImage: told });
    };
    return { asked, scored: cachedEvaluation({ store, engine, samples, kind, evaluate }) };
  });
  return {
    score: async (checkpoint) => {
      const rows: (Evaluation & { readonly asked: Question })[] = [];
      let computed = false;
      try {
        for (const { asked, scored } of ways) {
          const { computed: anew, ...evaluation } = await scored(checkpoint);
          rows.push({ asked, ...evaluation });
          computed ||= anew;
        }
      } finally {
        // Training goes on until the next checkpoint and needs the memory; compiling again takes less than a second.
        await predictor.release();
      }
      const overall = meanEvaluation(rows);
      if (rows.length > 1) rows.push({ asked: question, ...overall });
      return { rows, overall, computed };
    },
  };
}
