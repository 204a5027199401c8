import { evaluateDecoder, openOnnxEncoder } from '@sluice/models';

/**
 * What a file's embeddings are worth to a decoder.
 * @typedef {object} FileScores
 * @property {Record<string, number>} f1 by subset, and of `all` images
 * @property {readonly Float32Array[]} embeddings of the first images
 * @property {readonly Uint8Array[]} masks one a prompt, [256, 256], 1 where the logit is above 0
 */

/** Images whose embeddings are kept. */
const KEPT = 17;

/**
 * @param {import('@sluice/models').TensorEngine} engine
 * @param {import('@sluice/models').DecoderPredictor} predictor
 * @param {string | Uint8Array} file
 * @param {Readonly<Record<string, Awaited<ReturnType<typeof import('./load-pixels.mjs').loadPixels>>['val']>>} images by subset
 * @returns {Promise<FileScores>}
 */
export async function scoreFile(engine, predictor, file, images) {
  const encoder = await openOnnxEncoder(engine, file);
  /** @type {Float32Array[]} */
  const embeddings = [];
  /** @type {ReturnType<typeof predictor.predict>[]} */
  const answers = [];
  const samples = Object.values(images)
    .flat()
    .map(({ key, subset, image, frame, digest, prompted, load: pixels }) => {
      const load = async () => {
        const embedding = await encoder.encode(await pixels());
        if (embeddings.length < KEPT) embeddings.push(embedding);
        return embedding;
      };
      return { key, prompted, encoded: { key, subset, image, frame, digest, load } };
    });
  const asking = {
    predict: (/** @type {Parameters<typeof predictor.predict>} */ ...prompt) => {
      // In the order of asking: an image without prompts is answered before those that were asked earlier.
      const answer = predictor.predict(...prompt);
      answers.push(answer);
      return answer;
    },
  };
  /** @type {Record<string, number>} */
  const f1 = {};
  for (const subset of Object.keys(images)) {
    const some = samples.filter(({ encoded }) => encoded.subset === subset);
    f1[subset] = (await evaluateDecoder(asking, some, { kind: 'box' })).scores.f1;
  }
  await encoder.release();
  const masks = (await Promise.all(answers)).flatMap(({ logits }) =>
    logits.map((map) => Uint8Array.from(map, (value) => Number(value > 0))),
  );
  // All together, by the answers that are there.
  const answered = samples.map(({ encoded, ...sample }) => ({
    ...sample,
    encoded: { ...encoded, load: () => Promise.resolve(new Float32Array()) },
  }));
  const repeating = { predict: () => answers.shift() };
  f1.all = (await evaluateDecoder(repeating, answered, { kind: 'box' })).scores.f1;
  return { f1, embeddings, masks };
}

/**
 * How alike two lists of masks are: the mean over masks of intersection over union.
 * @param {readonly Uint8Array[]} some
 * @param {readonly Uint8Array[]} others
 */
export function meanIou(some, others) {
  const sum = some.reduce((total, mask, i) => {
    let [both, either] = [0, 0];
    mask.forEach((value, pixel) => {
      both += value & others[i][pixel];
      either += value | others[i][pixel];
    });
    return total + (either === 0 ? 1 : both / either);
  }, 0);
  return sum / some.length;
}
