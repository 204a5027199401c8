/**
 * One training step of SAM's mask decoder on every engine, in turns in one run: see README.md.
 * node bench/engines.mjs [--boxes 4] [--repeats 5] [--threads 2] [--backends tensorflow,wasm]
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { nativeTfjs } from '../scripts/lib/native-tfjs.mjs';
import { startContender } from './support/contender.mjs';
import { busyWarning, describeMachine } from './support/machine.mjs';
import { printResult, table } from './support/report.mjs';
import { significant } from './support/statistics.mjs';
import { contest } from './train-step/contest.mjs';
import { writeInputs } from './train-step/write-inputs.mjs';

const { values: options } = parseArgs({
  options: {
    boxes: { type: 'string', default: '4' },
    repeats: { type: 'string', default: '5' },
    threads: { type: 'string', default: '2' },
    backends: { type: 'string', default: 'tensorflow,wasm' },
  },
});
const native = await nativeTfjs();
if (native !== undefined) process.env.SLUICE_TFJS_NODE = native;
const backends = options.backends.split(',').filter((backend) => backend !== 'tensorflow' || native !== undefined);
if (native === undefined) {
  console.error(
    'There is no native tfjs-node (set SLUICE_TFJS_NODE, or run scripts/tfjs-native.mjs once): it is left out.',
  );
}

const boxes = Number(options.boxes);
const actions = /** @type {const} */ (['forward', 'step', 'adam']);
const folder = await mkdtemp(join(tmpdir(), 'sluice-bench-'));
const warning = busyWarning();
/** @type {{ name: string, contender: import('./support/contender.mjs').Contender, actions: readonly string[] }[]} */
const sides = [];
try {
  const { weights, source, files } = await writeInputs(folder, [boxes]);
  console.log(
    `${describeMachine()}; ${boxes} boxes, ${options.threads} threads a side, median of ${options.repeats} turns; embedding of ${source}`,
  );
  if (warning) console.log(warning);
  const script = new URL('train-step/ours.mjs', import.meta.url).pathname;
  for (const name of ['onnxruntime', ...backends]) {
    const args = [script, files.get(boxes), weights, options.threads, ...(name === 'onnxruntime' ? [] : [name])];
    sides.push({ name, contender: await startContender(name, process.execPath, args), actions });
  }
  const { times, noise } = await contest(sides, Number(options.repeats));
  const reports = new Map();
  for (const { name, contender } of sides) {
    reports.set(name, await contender.ask({ do: 'report', gradients: join(folder, `${name}.safetensors`) }));
  }

  const base = times.get('onnxruntime');
  const wanted = reports.get('onnxruntime').losses.loss;
  const measured = sides.map(({ name }) => {
    const of = times.get(name);
    const { version, rss_mb: rss, losses } = reports.get(name);
    const difference = Math.abs(losses.loss - wanted) / Math.abs(wanted);
    return { name, version, of, rss, difference, ratio: of.step / base.step };
  });
  console.log(`\nMilliseconds a box; ratio: of the step's time to onnxruntime's\n`);
  console.log(
    table(
      ['engine', 'forward', 'step', 'with Adam', 'ratio', 'peak RSS', "loss differs from onnxruntime's by"],
      measured.map(({ name, version, of, rss, difference, ratio }) => [
        `${name} (${version.split(', ')[0]})`,
        ...actions.map((action) => (of[action] / boxes).toFixed(1)),
        `${ratio.toFixed(2)}x`,
        `${Math.round(rss)} MB`,
        difference.toExponential(1),
      ]),
    ),
  );
  console.log(`\nNoise: quartiles up to ${Math.round(noise * 100)} % of the median apart`);
  printResult({
    ...Object.fromEntries(
      measured.flatMap(({ name, of, rss, ratio }) => [
        [`${name}_step_ms`, significant(of.step / boxes)],
        [`${name}_rss_mb`, Math.round(rss)],
        ...(name === 'onnxruntime' ? [] : [[`${name}_step_ratio`, significant(ratio)]]),
      ]),
    ),
    loss_error: significant(Math.max(...measured.map(({ difference }) => difference)), 2),
    noise: significant(noise, 2),
    ...(warning && { busy: true }),
  });
} finally {
  await Promise.all(sides.map(({ contender }) => contender.close()));
  await rm(folder, { recursive: true, force: true });
}
