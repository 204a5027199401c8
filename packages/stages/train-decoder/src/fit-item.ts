import { promptMasks, type FitItem, type LabelledEmbedding } from '@sluice/models';

/** What the training loop needs of a sample, read and drawn when its batch comes. */
export function fitItem({ key, encoded, prompted }: LabelledEmbedding): FitItem {
  const { image, frame } = encoded;
  return {
    key,
    load: async (epoch) => {
      const prompts = prompted.promptsAt(epoch);
      const masks = promptMasks(prompted, prompts, image);
      return { key, embedding: await encoded.load(), image, frame, prompts, masks };
    },
  };
}
