import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { readSafetensors } from '@sluice/models';
import { startContender } from '../support/contender.mjs';
import { peerPython, peersFolder } from '../support/python.mjs';
import { contest } from './contest.mjs';
import { forwardFlops, stepFlops } from './flops.mjs';
import { gradientError } from './gradient-error.mjs';

/**
 * All contenders at one size, each in a process of its own.
 * @typedef {object} Comparison
 * @property {number} size boxes
 * @property {Record<string, number>} ours milliseconds of `forward`, `step`, `adam`
 * @property {Record<string, number>} pytorch
 * @property {Record<string, number> | undefined} prototype
 * @property {number} stepRatio how many times PyTorch's time is ours
 * @property {number} forwardRatio
 * @property {{ error: number, parameter: string, compared: number }} gradient
 * @property {number} lossError relative
 * @property {number} rss peak of our process, MB
 * @property {number} gflops of a large product
 * @property {{ forward: number, step: number }} limit our speed as a part of that
 * @property {number} noise largest spread of the times
 * @property {string} version PyTorch's
 *
 * @param {{ size: number, inputs: string, weights: string, folder: string, threads: string, repeats: number, peerChunk: string, prototype?: string, image?: string }} settings
 *   with `image`, WIDTHxHEIGHT, the loss is taken at that size, and steps alone are compared
 * @returns {Promise<Comparison>}
 */
export async function compare({ size, inputs, weights, folder, threads, repeats, peerChunk, prototype, image }) {
  const node = (/** @type {string} */ file) => fileURLToPath(new URL(file, import.meta.url));
  const python = (/** @type {string} */ file) => join(peersFolder, file);
  const actions = image === undefined ? ['forward', 'step', 'adam'] : ['step'];
  const sides = [
    {
      name: 'ours',
      actions,
      command: process.execPath,
      args: [node('ours.mjs'), inputs, weights, threads, ...(image === undefined ? [] : [image])],
    },
    {
      name: 'pytorch',
      actions,
      command: peerPython,
      args: [
        ...[python('train_step.py'), inputs, weights, '--threads', threads, '--chunk', peerChunk],
        ...(image === undefined ? [] : ['--image', image]),
      ],
    },
    { name: 'gemm', actions: ['gemm'], command: process.execPath, args: [node('gemm.mjs'), threads] },
  ];
  if (prototype) {
    // Four boxes a run of its graph is what it is fastest at.
    const args = [
      python('prototype_step.py'),
      inputs,
      weights,
      prototype,
      '--threads',
      threads,
      '--chunk',
      String(Math.min(size, 4)),
    ];
    sides.push({ name: 'prototype', actions: ['forward', 'step'], command: peerPython, args });
  }

  const started = [];
  try {
    for (const side of sides)
      started.push({ ...side, contender: await startContender(side.name, side.command, side.args) });
    const ask = (/** @type {string} */ name, /** @type {{ do: string }} */ request) =>
      started.find((side) => side.name === name).contender.ask(request);
    const { times, noise } = await contest(started, repeats);
    const files = {
      ours: join(folder, `ours-${size}.safetensors`),
      pytorch: join(folder, `pytorch-${size}.safetensors`),
    };
    const ours = await ask('ours', { do: 'report', gradients: files.ours });
    const pytorch = await ask('pytorch', { do: 'report', gradients: files.pytorch });
    const { flops } = await ask('gemm', { do: 'report' });
    return summarize({
      size,
      times,
      noise,
      ours,
      pytorch,
      flops,
      gradient: gradientError(await tensorsOf(files.ours), await tensorsOf(files.pytorch)),
    });
  } finally {
    await Promise.all(started.map(({ contender }) => contender.close()));
  }
}

function summarize({ size, times, noise, ours, pytorch, flops, gradient }) {
  const [mine, theirs] = [times.get('ours'), times.get('pytorch')];
  const gflops = flops / times.get('gemm').gemm / 1e6;
  const limitOf = (/** @type {number} */ perBox, /** @type {number} */ ms) => (perBox * size) / ms / 1e6 / gflops;
  return {
    size,
    ours: mine,
    pytorch: theirs,
    prototype: times.get('prototype'),
    stepRatio: theirs.step / mine.step,
    forwardRatio: theirs.forward / mine.forward,
    gradient,
    lossError: Math.abs(ours.losses.loss / pytorch.losses.loss - 1),
    rss: ours.rss_mb,
    gflops,
    limit: { forward: limitOf(forwardFlops, mine.forward), step: limitOf(stepFlops, mine.step) },
    noise,
    version: pytorch.version,
  };
}

const tensorsOf = async (/** @type {string} */ file) => readSafetensors(await readFile(file)).tensors;
