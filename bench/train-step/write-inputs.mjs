import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { lowResTarget } from '@sluice/data';
import { loadSamWeights, writeSafetensors } from '@sluice/models';
import { realEmbedding } from './embedding.mjs';
import { boxesOf, frameOf, generateBoxes, maskOf, pictureSize } from './inputs.mjs';

/**
 * Writes what all contenders read: `weights.safetensors` (SAM's names, from the same file as the product takes them) and for each size
 * `inputs-<boxes>.safetensors` with `embedding` [4096, 256], `boxes` [N, 4] and `target` [N, 256, 256].
 * @param {string} folder
 * @param {readonly number[]} sizes
 */
export async function writeInputs(folder, sizes) {
  const weights = join(folder, 'weights.safetensors');
  await writeFile(weights, writeSafetensors(await loadSamWeights('sam-tiny-vit')));
  const { data, source } = await realEmbedding();
  const files = new Map();
  for (const size of sizes) {
    const boxes = Float32Array.from(generateBoxes(size).flat());
    // From the boxes as float32 has them: the contenders read nothing else.
    const targets = boxesOf(boxes).map((box) => lowResTarget(maskOf(box, pictureSize), frameOf(pictureSize)));
    const tensors = new Map([
      ['embedding', { shape: [4096, 256], data }],
      ['boxes', { shape: [size, 4], data: boxes }],
      ['target', { shape: [size, 256, 256], data: Float32Array.from(targets.flatMap((target) => [...target])) }],
    ]);
    const file = join(folder, `inputs-${size}.safetensors`);
    await writeFile(file, writeSafetensors(tensors));
    files.set(size, file);
  }
  return { weights, source, files };
}
