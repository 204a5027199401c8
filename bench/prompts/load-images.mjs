import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { coco, modelInputOf, promptSampler, writeDemoDataset } from '@sluice/data';
import { openImageEncoder } from '@sluice/models';
import { sharedFolder } from '../support/shared.mjs';

/** @typedef {import('@sluice/models').LabelledEmbedding} LabelledEmbedding */

/**
 * A dataset's first images to train with and to score on, encoded: a generated one (`demo`, `crowd`), or one of `../shared/datasets`;
 * `undefined` where there is none.
 * @param {import('@sluice/models').TensorEngine} engine
 * @param {string} name
 * @param {{ readonly train: number, readonly val: number }} counts
 * @param {number} seed
 * @returns {Promise<{ train: LabelledEmbedding[], val: LabelledEmbedding[] } | undefined>}
 */
export async function loadImages(engine, name, counts, seed) {
  const generated = name === 'demo' || name === 'crowd';
  const root = generated ? await mkdtemp(join(tmpdir(), 'sluice-prompts-')) : sharedFolder(`datasets/${name}`);
  if (root === undefined) return undefined;
  try {
    if (generated) {
      const content = name === 'crowd' ? 'crowd' : 'bunches';
      await writeDemoDataset(root, { seed, ...counts, test: 0, content });
    }
    return await encodeSubsets(engine, root, counts);
  } finally {
    if (generated) await rm(root, { recursive: true, force: true });
  }
}

/**
 * @param {import('@sluice/models').TensorEngine} engine
 * @param {string} root
 * @param {{ readonly train: number, readonly val: number }} counts
 */
async function encodeSubsets(engine, root, counts) {
  const encoder = await openImageEncoder(engine, 'sam-tiny-vit');
  /** @type {{ train: LabelledEmbedding[], val: LabelledEmbedding[] }} */
  const images = { train: [], val: [] };
  for await (const item of coco.read(root)) {
    if (item.kind === 'skipped' || item.sample.subset === 'test') continue;
    const { sample } = item;
    const { key, subset, image } = sample;
    if (images[subset].length >= counts[subset]) continue;
    const { frame, digest, load } = await modelInputOf(sample);
    const embedding = await encoder.encode(await load());
    const encoded = { key, subset, image, frame, digest, load: () => Promise.resolve(embedding) };
    images[subset].push({ key, encoded, prompted: promptSampler({ seed: 0 })(sample) });
  }
  await encoder.release();
  return images;
}
