import { drawMasks, type BitMask, type RgbImage } from '@sluice/data';
import { modelErrors, upsampleLogits, type DecoderPredictor, type LabelledEmbedding } from '@sluice/models';
import { predictedMask, type PredictedMask } from './coco-predictions.js';

/** Masks of an image's size that are in memory at the same time: those of a crowd would take hundreds of megabytes. */
const AT_ONCE = 32;

export interface AnsweredImage {
  readonly masks: readonly PredictedMask[];
  /** The image with the masks over it, where it was given. */
  readonly picture: RgbImage | undefined;
}

/** Answers an image's evaluation prompts with a mask each, at the image's own size: where the logit is above 0. */
export async function predictImage(
  predictor: Pick<DecoderPredictor, 'predict'>,
  { key, encoded, prompted }: LabelledEmbedding,
  pixels: RgbImage | undefined,
): Promise<AnsweredImage> {
  const { image, frame } = encoded;
  const { width, height } = image;
  const instances = new Map(prompted.sample.instances.map((instance) => [instance.id, instance]));
  const prompts = prompted.promptsAt('evaluation');
  const embedding = await encoded.load();
  const masks: PredictedMask[] = [];
  let picture = pixels;
  for (let start = 0; start < prompts.length; start += AT_ONCE) {
    const asked = prompts.slice(start, start + AT_ONCE);
    const { logits, iou } = await predictor.predict(embedding, frame, image, asked);
    const answers = logits.map((lowRes): BitMask => {
      const data = Uint8Array.from(upsampleLogits(lowRes, frame, width, height), (logit) => (logit > 0 ? 1 : 0));
      return { width, height, data };
    });
    asked.forEach(({ instance }, i) => {
      const found = instances.get(instance);
      if (found === undefined) throw modelErrors.UNKNOWN_INSTANCE({ key, instance });
      masks.push(predictedMask(found, answers[i]!, iou[i]!));
    });
    picture = picture && drawMasks(picture, answers, start);
  }
  return { masks, picture };
}
