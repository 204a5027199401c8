/**
 * One training step of SAM's mask decoder, ours against eager PyTorch, in turns in one run: see README.md.
 * node bench/train-step.mjs [--boxes 1,4,16] [--original 640x480,2048x1365] [--repeats 9] [--threads 2] [--prototype] [--peer-chunk N]
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { busyWarning, describeMachine } from './support/machine.mjs';
import { requirePeers } from './support/python.mjs';
import { printResult, table } from './support/report.mjs';
import { sharedFolder } from './support/shared.mjs';
import { significant } from './support/statistics.mjs';
import { compare } from './train-step/compare.mjs';
import { columns, originalColumns, originalRowOf, rowOf } from './train-step/table.mjs';
import { writeInputs } from './train-step/write-inputs.mjs';

const { values: options } = parseArgs({
  options: {
    boxes: { type: 'string', default: '1,4,16' },
    original: { type: 'string', default: '640x480,2048x1365' },
    repeats: { type: 'string', default: '9' },
    threads: { type: 'string', default: '2' },
    prototype: { type: 'boolean', default: false },
    'peer-chunk': { type: 'string', default: '0' },
  },
});
requirePeers();
const prototype = options.prototype ? sharedFolder('prototype') : undefined;
if (options.prototype && prototype === undefined) console.error('There is no ../shared/prototype: it is left out.');

/** Boxes of a step whose loss is taken at an image's own size. */
const ORIGINAL_BOXES = 4;

const listOf = (/** @type {string} */ text) => text.split(',').filter((entry) => entry !== '');
const sizes = listOf(options.boxes).map(Number);
const images = listOf(options.original);
const folder = await mkdtemp(join(tmpdir(), 'sluice-bench-'));
const warning = busyWarning();
const results = new Map();
const originals = new Map();
try {
  const { weights, source, files } = await writeInputs(folder, [...new Set([...sizes, ORIGINAL_BOXES])]);
  console.log(
    `${describeMachine()}; ${options.threads} threads a side; median of ${options.repeats} turns; embedding of ${source}`,
  );
  if (warning) console.log(warning);
  const { threads, repeats, 'peer-chunk': peerChunk } = options;
  const settings = { weights, folder, threads, repeats: Number(repeats), peerChunk };
  for (const size of sizes) {
    console.error(`${size} boxes ...`);
    results.set(size, await compare({ size, inputs: files.get(size), prototype, ...settings }));
  }
  for (const image of images) {
    console.error(`${ORIGINAL_BOXES} boxes, loss at ${image} ...`);
    const inputs = files.get(ORIGINAL_BOXES);
    originals.set(image, await compare({ size: ORIGINAL_BOXES, inputs, image, ...settings }));
  }
} finally {
  await rm(folder, { recursive: true, force: true });
}

const low = [...results.values()];
const measured = [...low, ...originals.values()];
console.log(
  `PyTorch ${measured[0].version}; losses agree to ${Math.max(...measured.map((r) => r.lossError)).toExponential(1)}`,
);
console.log(
  `\nMilliseconds a box; limit: part of the speed of a large matrix product (${Math.round(measured[0].gflops)} GFLOP/s)\n`,
);
if (low.length > 0) {
  console.log(
    table(
      columns(prototype),
      low.map((result) => rowOf(result)),
    ),
  );
}
if (originals.size > 0) {
  console.log(`\nLoss at the image's own size, ${ORIGINAL_BOXES} boxes:\n`);
  console.log(
    table(
      originalColumns,
      [...originals].map(([image, result]) => originalRowOf(image, result)),
    ),
  );
}
const worst = measured.reduce((a, b) => (b.gradient.error > a.gradient.error ? b : a)).gradient;
console.log(
  `\nGradients: worst difference ${worst.error.toExponential(1)} (${worst.parameter}), ${worst.compared} parameters compared`,
);
const noise = Math.max(...measured.map((result) => result.noise));
console.log(`Noise: quartiles up to ${Math.round(noise * 100)} % of the median apart`);

const [four, sixteen] = [results.get(4), results.get(16)];
printResult({
  ...(four && {
    step_ratio: significant(four.stepRatio),
    forward_ratio: significant(four.forwardRatio),
    step_ms: significant(four.ours.step / four.size),
    forward_ms: significant(four.ours.forward / four.size),
    limit: significant(four.limit.step),
    rss_mb: Math.round(four.rss),
  }),
  ...(sixteen && {
    step_ratio_16: significant(sixteen.stepRatio),
    forward_ratio_16: significant(sixteen.forwardRatio),
    rss_mb_16: Math.round(sixteen.rss),
  }),
  ...Object.fromEntries(
    [...originals].map(([image, result]) => [`original_ratio_${image.split('x')[0]}`, significant(result.stepRatio)]),
  ),
  grad_error: significant(worst.error, 2),
  noise: significant(noise, 2),
  ...(warning && { busy: true }),
});
