// TensorFlow.js on its native backend: every operator against the reference, then the demo's pipeline on both engines, whose losses must
// agree for five steps. Needs a native tfjs-node (`lib/native-tfjs.mjs`); `.ci/run` runs it, `npm test` the other backends.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expectSameLosses, must, runOf } from './lib/compare-runs.mjs';
import { nativeTfjs } from './lib/native-tfjs.mjs';
import { tool } from './lib/run-command.mjs';
import { root } from './lib/workspace.mjs';
import { setUpOrExit } from './setup.mjs';

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

/** The demo's pipeline. Everything in it runs on the engine. */
const demoOn = (engine) =>
  runOf({
    ...{ title: `the demo's pipeline on ${engine}`, folder, name: engine, env },
    file: path.join(root, 'examples', 'demo', 'pipeline.yaml'),
    settings: [`services.engine=${engine}`, `vars.data=${data}`, 'vars.epochs=1'],
  });

const data = path.join(folder, 'data');
try {
  const { writeDemoDataset } = await import('../packages/data/dist/index.js');
  await writeDemoDataset(data, { train: 2 * STEPS, val: 1, test: 1 });
  const tests = ['packages/models/src/ops/operators.test.ts', 'packages/models/src/engines/tfjs'];
  await must('operators and engine on the native backend', tool('vitest', 'run', ...tests), env);

  const [expected, actual] = [await demoOn('onnxruntime'), await demoOn('tfjs')];
  const { backend, package: taken, why } = actual.engine;
  console.log(`${taken} (${why})`);
  if (backend !== 'tensorflow' || !/tfjs-node \d/.test(taken)) throw new Error('the native backend was not taken');
  const names = ['onnxruntime', 'tfjs'];
  expectSameLosses({ steps: STEPS, expected: expected.losses, actual: actual.losses, names });
} finally {
  rmSync(folder, { recursive: true, force: true });
}
