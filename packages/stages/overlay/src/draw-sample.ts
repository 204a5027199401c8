import { writeFileAtomic } from '@sluice/core';
import { readPixels, type BitMask, type ImageCodec } from '@sluice/data';
import {
  confusion,
  promptMasks,
  ScoreAccumulator,
  upsampleLogits,
  type Checkpoint,
  type CheckpointPredictor,
  type LabelledEmbedding,
} from '@sluice/models';
import { drawPanels } from './draw-panels.js';
import type { GalleryEntry } from './gallery.js';

/** Panels of a picture are at most so wide, in pixels. */
const PANEL_WIDTH = 640;

/** Draws one sample's panels into a PNG file: image, truth, before, after. */
export async function drawSample(
  { encoded, prompted }: LabelledEmbedding,
  checkpoints: { readonly before: Checkpoint; readonly after: Checkpoint },
  predictor: CheckpointPredictor,
  codec: ImageCodec,
  path: string,
): Promise<Omit<GalleryEntry, 'file'>> {
  const { image, frame } = encoded;
  const embedding = await encoded.load();
  const prompts = prompted.promptsAt('evaluation');
  const truth = promptMasks(prompted, prompts, image);

  const answer = async (
    checkpoint: Checkpoint,
  ): Promise<{ readonly masks: readonly BitMask[]; readonly f1: number }> => {
    const { logits } = await (await predictor.open(checkpoint)).predict(embedding, frame, image, prompts);
    const scores = new ScoreAccumulator();
    const masks = logits.map((lowRes, index) => {
      const full = upsampleLogits(lowRes, frame, image.width, image.height);
      scores.add(confusion(full, truth[index]!));
      return { width: image.width, height: image.height, data: Uint8Array.from(full, (logit) => (logit > 0 ? 1 : 0)) };
    });
    return { masks, f1: scores.scores().f1 };
  };
  const before = await answer(checkpoints.before);
  const after = await answer(checkpoints.after);

  const panels = drawPanels(await readPixels(image, codec), [truth, before.masks, after.masks]);
  const { width, height, data } = panels;
  const { default: sharp } = await import('sharp');
  const png = sharp(data, { raw: { width, height, channels: 3 } })
    .resize({ width: Math.min(width, 4 * PANEL_WIDTH) })
    .png();
  await writeFileAtomic(path, await png.toBuffer());
  return { id: prompted.sample.id, instances: prompts.length, f1Before: before.f1, f1After: after.f1 };
}
