/**
 * A predictor that answers as SAM's own clients do where a prompt may mean several things: with that of the mask tokens 1 to 3 whose IoU it
 * predicts to be highest.
 * @param {import('@sluice/models').DecoderPredictor} predictor
 * @returns {import('@sluice/models').DecoderPredictor}
 */
export function bestOfThree(predictor) {
  return {
    ...predictor,
    predict: async (embedding, frame, image, prompts) => {
      const { logits, iou } = await predictor.predict(embedding, frame, image, prompts, { masks: 4 });
      const chosen = prompts.map((_, i) => {
        const three = [4 * i + 1, 4 * i + 2, 4 * i + 3];
        return three.reduce((best, mask) => (iou[mask] > iou[best] ? mask : best));
      });
      return { logits: chosen.map((mask) => logits[mask]), iou: chosen.map((mask) => iou[mask]) };
    },
  };
}
