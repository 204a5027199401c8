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

/**
 * Scores a decoder as OTX does: prompts from the ground truth, masks where the logit is above 0, at each image's own size. `onImage`
 * is told after each image and may abort by throwing.
 */
export async function evaluateDecoder(
  predictor: DecoderPredictor,
  samples: readonly LabelledEmbedding[],
  onImage: (done: number) => void = () => undefined,
): Promise<Evaluation> {
  const accumulator = new ScoreAccumulator();
  for (const [index, { encoded, prompted }] of samples.entries()) {
    const { image, frame } = encoded;
    const prompts = prompted.promptsAt('evaluation');
    const truths = promptMasks(prompted, prompts, image);
    const { logits } = await predictor.predict(await encoded.load(), frame, image, prompts);
    truths.forEach((truth, i) => {
      accumulator.add(confusion(upsampleLogits(logits[i]!, frame, image.width, image.height), truth));
    });
    onImage(index + 1);
  }
  return { images: samples.length, instances: accumulator.instances, scores: accumulator.scores() };
}
