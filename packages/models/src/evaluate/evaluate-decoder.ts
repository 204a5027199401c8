import { evaluationPrompts, type Prompt, type PromptKind } from '@sluice/data';
import type { MetricScores } from '../contracts.js';
import { confusion } from '../metrics/confusion.js';
import { ScoreAccumulator } from '../metrics/score-accumulator.js';
import { upsampleLogits } from '../metrics/upsample-logits.js';
import type { DecoderPredictor, Prediction } from '../train/decoder-predictor.js';
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

/** Instances whose true masks and answers are in memory together: a crowd's would take hundreds of megabytes. */
const AT_ONCE = 8;

/** Prompts of one image that were sent to the decoder. */
interface Asked {
  readonly sample: LabelledEmbedding;
  readonly prompts: readonly Prompt[];
  readonly answer: Promise<Prediction>;
  /** Whether the image has no more. */
  readonly last: boolean;
}

/** Scores a decoder as OTX does: prompts from the ground truth, masks where the logit is above 0, at each image's own size. */
export async function evaluateDecoder(
  predictor: Pick<DecoderPredictor, 'predict'>,
  samples: readonly LabelledEmbedding[],
  { kind, onImage = () => undefined }: EvaluateDecoderOptions = {},
): Promise<Evaluation> {
  const accumulator = new ScoreAccumulator();
  let done = 0;
  let running: Asked | undefined;
  const score = async ({ sample, prompts, answer, last }: Asked): Promise<void> => {
    const { image, frame } = sample.encoded;
    const { logits } = await answer;
    promptMasks(sample.prompted, prompts, image).forEach((truth, i) => {
      accumulator.add(confusion(upsampleLogits(logits[i]!, frame, image.width, image.height), truth));
    });
    if (last) onImage(++done);
  };
  for await (const next of askAll(predictor, samples, kind)) {
    // While the engine works on these prompts, the answers to those before are scored.
    next.answer.catch(() => undefined);
    if (running !== undefined) await score(running);
    running = next;
  }
  if (running !== undefined) await score(running);
  return { images: samples.length, instances: accumulator.instances, scores: accumulator.scores() };
}

async function* askAll(
  predictor: Pick<DecoderPredictor, 'predict'>,
  samples: readonly LabelledEmbedding[],
  kind: PromptKind | undefined,
): AsyncGenerator<Asked, void, void> {
  for (const sample of samples) {
    const { encoded } = sample;
    const embedding = await encoded.load();
    const all = promptsOf(sample, kind);
    // An image without prompts counts as done, too.
    for (let start = 0; start === 0 || start < all.length; start += AT_ONCE) {
      const prompts = all.slice(start, start + AT_ONCE);
      const answer = predictor.predict(embedding, encoded.frame, encoded.image, prompts);
      yield { sample, prompts, answer, last: start + AT_ONCE >= all.length };
    }
  }
}

function promptsOf({ prompted }: LabelledEmbedding, kind: PromptKind | undefined): readonly Prompt[] {
  const given = prompted.promptsAt('evaluation');
  if (kind === undefined) return given;
  const asked = new Set(given.map(({ instance }) => instance));
  return evaluationPrompts(prompted.sample, kind).filter(({ instance }) => asked.has(instance));
}
