import { readFile, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { peersFolder, requirePeers } from '../support/python.mjs';
import { runMeasured } from '../support/run-measured.mjs';

/**
 * @typedef {object} OtxResult
 * @property {number} val F1 on the validation images, of the best epoch
 * @property {number} test F1 on the test images, of that epoch
 * @property {number} seconds from the command's start until that epoch had been validated
 */

/**
 * OTX 2.2.2 on this split: TinyViT recipe, Adam 1e-5, batch 2, 4 epochs, float32, its encoder in evaluation mode (the fairest of its runs). Micro F1
 * at original size, boxes from the labels. Measured earlier, on 2 cores of the same kind; `--otx` measures it again in the same run.
 * @type {OtxResult}
 */
export const recorded = { val: 0.688, test: 0.7729, seconds: 856 };

/** F1 of the untouched model, as OTX scores it. */
export const untouched = { val: 0.5615, test: 0.7378 };

/**
 * Trains and tests with OTX, now.
 * @param {string} data
 * @param {string} folder for its results
 * @param {{ epochs: number, weights: string }} options
 * @returns {Promise<OtxResult>}
 */
export async function measureOtx(data, folder, { epochs, weights }) {
  const python = requirePeers('otx');
  await mkdir(folder, { recursive: true });
  const result = join(folder, 'result.json');
  const args = [join(peersFolder, 'otx_job.py'), data, join(folder, 'work'), weights, String(epochs), result];
  const { code } = await runMeasured(python, args);
  if (code !== 0) throw new Error(`OTX ended with ${String(code)}`);
  return JSON.parse(await readFile(result, 'utf8'));
}
