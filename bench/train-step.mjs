/**
 * One training step of SAM's mask decoder, ours against eager PyTorch, in turns in one run: see README.md.
 * node bench/train-step.mjs [--boxes 1,4,16] [--repeats 9] [--threads 2] [--prototype] [--peer-chunk N]
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
import { columns, rowOf } from './train-step/table.mjs';
import { writeInputs } from './train-step/write-inputs.mjs';

const { values: options } = parseArgs({
  options: {
    boxes: { type: 'string', default: '1,4,16' },
    repeats: { type: 'string', default: '9' },
    threads: { type: 'string', default: '2' },
    prototype: { type: 'boolean', default: false },
    'peer-chunk': { type: 'string', default: '0' },
  },
});
requirePeers();
const prototype = options.prototype ? sharedFolder('prototype') : undefined;
if (options.prototype && prototype === undefined) console.error('There is no ../shared/prototype: it is left out.');

const sizes = options.boxes.split(',').map(Number);
const folder = await mkdtemp(join(tmpdir(), 'sluice-bench-'));
const warning = busyWarning();
const results = new Map();
try {
  const { weights, source, files } = await writeInputs(folder, sizes);
  console.log(
    `${describeMachine()}; ${options.threads} threads a side; median of ${options.repeats} turns; embedding of ${source}`,
  );
  if (warning) console.log(warning);
  for (const size of sizes) {
    console.error(`${size} boxes ...`);
    const settings = {
      threads: options.threads,
      repeats: Number(options.repeats),
      peerChunk: options['peer-chunk'],
      prototype,
    };
    results.set(size, await compare({ size, inputs: files.get(size), weights, folder, ...settings }));
  }
} finally {
  await rm(folder, { recursive: true, force: true });
}

const measured = [...results.values()];
console.log(
  `PyTorch ${measured[0].version}; losses agree to ${Math.max(...measured.map((r) => r.lossError)).toExponential(1)}`,
);
console.log(
  `\nMilliseconds a box; limit: part of the speed of a large matrix product (${Math.round(measured[0].gflops)} GFLOP/s)\n`,
);
console.log(
  table(
    columns(prototype),
    measured.map((result) => rowOf(result)),
  ),
);
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
  grad_error: significant(worst.error, 2),
  noise: significant(noise, 2),
  ...(warning && { busy: true }),
});
