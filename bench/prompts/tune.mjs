import { promptSampler } from '@sluice/data';
import { createDecoderTrainer, fit, loadSamWeights, promptMasks } from '@sluice/models';
import { median } from '../support/statistics.mjs';

/**
 * Tunes the untouched model, and returns its weights, the number of steps, and how long a prompt took.
 * @param {object} job
 * @param {import('@sluice/models').TensorEngine} job.engine
 * @param {(typeof import('./variants.mjs').variants)[string]} job.variant
 * @param {readonly import('@sluice/models').LabelledEmbedding[]} job.items
 * @param {number} job.epochs
 * @param {number} job.seed
 * @param {number} job.learningRate
 */
export async function tune({ engine, variant, items, epochs, seed, learningRate }) {
  const weights = await loadSamWeights('sam-tiny-vit');
  const optimizer = /** @type {const} */ ({ name: 'adam' });
  const trainer = await createDecoderTrainer({ engine, weights, optimizer, resolution: 'auto', ...variant.trainer });
  const sampler = promptSampler({ maxPerImage: 24, ...variant.prompts, seed });
  const loaded = items.map(({ key, encoded, prompted: { sample } }) => {
    const { image, frame } = encoded;
    const prompted = sampler(sample);
    return {
      key,
      load: async (/** @type {number} */ epoch) => {
        const prompts = prompted.promptsAt(epoch);
        return {
          key,
          embedding: await encoded.load(),
          image,
          frame,
          prompts,
          masks: promptMasks(prompted, prompts, image),
        };
      },
    };
  });
  const schedule = /** @type {const} */ ('cosine');
  const rate = { peak: learningRate, warmupSteps: 20, schedule };
  const times = [];
  for await (const event of fit({ trainer, items: loaded, epochs, batchSize: 2, learningRate: rate, seed })) {
    if (event.type === 'step' && event.speed) times.push(1000 / event.speed.promptsPerSecond);
  }
  const tuned = await trainer.weights();
  await trainer.release();
  return { weights: tuned, steps: times.length, msPerPrompt: median(times) };
}
