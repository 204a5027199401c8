// TensorFlow.js on its native backend: every operator against the reference, then the demo's pipeline on both engines, whose losses must
// agree for five steps. Needs a native tfjs-node (`lib/native-tfjs.mjs`); `.ci/run` runs it, `npm test` the other backends.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { nativeTfjs } from './lib/native-tfjs.mjs';
import { runCommand, tool } from './lib/run-command.mjs';
import { root } from './lib/workspace.mjs';
import { setUpOrExit } from './setup.mjs';

/** Largest difference of a loss, relative to onnxruntime's. */
const TOLERANCE = 1e-3;
const STEPS = 5;

await setUpOrExit();
const native = await nativeTfjs({ build: true }).catch((error) => {
  // Its library comes from PyPI: where that can't be had, nothing is wrong with sluice.
  console.log(`native TensorFlow.js: NOT RUN, it could not be built here: ${error.message}`);
  process.exit();
});
if (native === undefined) {
  console.log(
    'native TensorFlow.js: skipped, there is no ../shared/tools/build-tfjs-node and SLUICE_TFJS_NODE is not set',
  );
  process.exit();
}
const env = { ...process.env, SLUICE_TFJS_NODE: native };
const folder = mkdtempSync(path.join(tmpdir(), 'sluice-tfjs-'));

/** Runs a command, says how it went, and ends with its output where it failed. */
async function must(title, command) {
  const started = performance.now();
  const { code, text } = await runCommand(command, { env });
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  console.log(`${code === 0 ? 'ok    ' : 'FAILED'} ${title.padEnd(48)} ${seconds} s`);
  if (code !== 0) throw new Error(text);
  return text;
}

/** Losses of the demo's pipeline, a number a step. Everything in it runs on the engine. */
async function losses(engine) {
  const runs = path.join(folder, engine);
  const settings = [`services.engine=${engine}`, `vars.data=${data}`, 'vars.epochs=1'].flatMap((set) => ['--set', set]);
  const program = path.join(root, 'packages', 'pipelines', 'bin', 'sluice.js');
  const pipeline = path.join(root, 'examples', 'demo', 'pipeline.yaml');
  const folders = ['--runs-dir', runs, '--cache-dir', path.join(folder, 'cache'), '--threads', '2'];
  const text = await must(`the demo's pipeline on ${engine}`, [
    process.execPath,
    [program, 'run', pipeline, ...settings, ...folders, '--json', '--quiet'],
  ]);
  const { folder: run } = JSON.parse(text.slice(text.indexOf('{\n'), text.lastIndexOf('}') + 1));
  const lines = (file) =>
    readFileSync(path.join(run, file), 'utf8')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
  const steps = lines('metrics.jsonl').filter(({ stage, scope }) => stage === 'train' && scope === 'step');
  return {
    losses: steps.map(({ loss }) => loss),
    said: lines('log.jsonl').flatMap(({ message }) => (/TensorFlow/.test(message) ? [message] : [])),
  };
}

const data = path.join(folder, 'data');
try {
  const { writeDemoDataset } = await import('../packages/data/dist/index.js');
  await writeDemoDataset(data, { train: 2 * STEPS, val: 1, test: 1 });
  const tests = ['packages/models/src/ops/operators.test.ts', 'packages/models/src/engines/tfjs'];
  await must('operators and engine on the native backend', tool('vitest', 'run', ...tests));

  const [expected, actual] = [await losses('onnxruntime'), await losses('tfjs')];
  console.log(actual.said.join('\n'));
  if (!/tfjs-node \d.* tensorflow /.test(actual.said.join())) throw new Error('the native backend was not taken');
  const differences = expected.losses.map((loss, i) => Math.abs(actual.losses[i] - loss) / loss);
  console.log(`losses on onnxruntime ${expected.losses.join(', ')}; on tfjs ${actual.losses.join(', ')}`);
  if (expected.losses.length !== STEPS || actual.losses.length !== STEPS) throw new Error(`not ${STEPS} steps each`);
  if (!differences.every((difference) => difference <= TOLERANCE))
    throw new Error(`they differ by more than ${TOLERANCE}`);
  console.log(`ok     losses of ${STEPS} steps agree to ${Math.max(...differences).toExponential(1)}`);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
