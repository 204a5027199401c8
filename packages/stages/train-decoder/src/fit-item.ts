import { rasterize } from '@sluice/data';
import type { FitItem, LabelledEmbedding } from '@sluice/models';

/** What the training loop needs of a sample, read and drawn when its batch comes. */
export function fitItem({ key, encoded, prompted }: LabelledEmbedding): FitItem {
  const { image, frame } = encoded;
  const maskOf = new Map(prompted.sample.instances.map((instance) => [instance.id, instance.mask]));
  return {
    key,
    load: async (epoch) => {
      const prompts = prompted.promptsAt(epoch);
      const masks = prompts.map(({ instance }) => rasterize(maskOf.get(instance)!, image.width, image.height));
      return { key, embedding: await encoded.load(), image, frame, prompts, masks };
    },
  };
}
