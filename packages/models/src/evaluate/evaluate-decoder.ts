import { evaluationPrompts, type Prompt, type PromptKind } from '@sluice/data';
import type { MetricScores } from '../contracts.js';
import { confusion } from '../metrics/confusion.js';
import { ScoreAccumulator } from '../metrics/score-accumulator.js';
import { upsampleLogits } from '../metrics/upsample-logits.js';
import type { DecoderPredictor } from '../train/decoder-predictor.js';
import type { LabelledEmbedding } from './pair-samples.js';
import { promptMasks } from './prompt-masks.js';

export interface Evaluation {
  readonly images: number;
  readonly instances: number;
  readonly scores: MetricScores;
}

export interface EvaluateDecoderOptions {
  /** Ask for the same instances, but all with one kind of prompt. @default with the prompts as they are given */
  readonly kind?: PromptKind | undefined;
  /** Told after each image; may abort by throwing. */
  readonly onImage?: (done: number) => void;
}

/** Instances whose true masks and answers are in memory at the same time: a crowd's would take hundreds of megabytes. */
const AT_ONCE = 32;

/** Scores a decoder as OTX does: prompts from the ground truth, masks where the logit is above 0, at each image's own size. */
export async function evaluateDecoder(
  predictor: Pick<DecoderPredictor, 'predict'>,
  samples: readonly LabelledEmbedding[],
  { kind, onImage = () => undefined }: EvaluateDecoderOptions = {},
): Promise<Evaluation> {
  const accumulator = new ScoreAccumulator();
  for (const [index, sample] of samples.entries()) {
    const { encoded, prompted } = sample;
    const { image, frame } = encoded;
    const embedding = await encoded.load();
    const prompts = promptsOf(sample, kind);
    for (let start = 0; start < prompts.length; start += AT_ONCE) {
      const asked = prompts.slice(start, start + AT_ONCE);
      const truths = promptMasks(prompted, asked, image);
      const { logits } = await predictor.predict(embedding, frame, image, asked);
      truths.forEach((truth, i) => {
        accumulator.add(confusion(upsampleLogits(logits[i]!, frame, image.width, image.height), truth));
      });
    }
    onImage(index + 1);
  }
  return { images: samples.length, instances: accumulator.instances, scores: accumulator.scores() };
}

function promptsOf({ prompted }: LabelledEmbedding, kind: PromptKind | undefined): readonly Prompt[] {
  const given = prompted.promptsAt('evaluation');
  if (kind === undefined) return given;
  const asked = new Set(given.map(({ instance }) => instance));
  return evaluationPrompts(prompted.sample, kind).filter(({ instance }) => asked.has(instance));
}
