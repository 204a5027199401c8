/**
 * The whole job on real photographs, from files to a tuned model, with nothing cached before, against OTX: see README.md.
 * node bench/job.mjs [--otx] [--otx-epochs 4] [--pipeline FILE] [-- options of `sluice run`, such as --set vars.epochs=4]
 */
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { measureOtx, recorded, untouched } from './job/otx.mjs';
import { scoresOf } from './job/scores.mjs';
import { describeMachine } from './support/machine.mjs';
import { printResult, table } from './support/report.mjs';
import { runMeasured } from './support/run-measured.mjs';
import { root, sharedFolder } from './support/shared.mjs';
import { significant } from './support/statistics.mjs';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    otx: { type: 'boolean', default: false },
    'otx-epochs': { type: 'string', default: '4' },
    pipeline: { type: 'string', default: join(root, 'bench/job/pipeline.yaml') },
  },
});
const data = sharedFolder('datasets/seedlings');
if (data === undefined) {
  console.log('There is no ../shared/datasets/seedlings: this benchmark is skipped.');
  process.exit(0);
}

const folder = await mkdtemp(join(tmpdir(), 'sluice-job-'));
try {
  const runs = join(folder, 'runs');
  const program = join(root, 'packages/pipelines/bin/sluice.js');
  const folders = ['--runs-dir', runs, '--cache-dir', join(folder, 'cache')];
  const args = [program, 'run', values.pipeline, '--set', `vars.data=${data}`, ...folders, ...positionals];
  const started = Date.now();
  const { code, seconds, rssMb } = await runMeasured(process.execPath, args);
  if (code !== 0) throw new Error(`the run ended with ${String(code)}`);
  const otx = values.otx ? await otxNow() : recorded;
  const [run] = await readdir(runs);
  const { startedAt } = JSON.parse(await readFile(join(runs, run, 'manifest.json'), 'utf8'));
  const scores = scoresOf(await readFile(join(runs, run, 'metrics.jsonl'), 'utf8'), otx.val);
  // Rows tell the time since the run began; the process began before that.
  const reached = scores.reached && scores.reached + (Date.parse(startedAt) - started) / 1000;
  report({ scores, otx, reached, seconds, rssMb });
} finally {
  await rm(folder, { recursive: true, force: true });
}

async function otxNow() {
  const weights = sharedFolder('weights/mobile_sam.pt');
  if (weights === undefined) throw new Error('--otx needs ../shared/weights/mobile_sam.pt');
  return measureOtx(/** @type {string} */ (data), join(folder, 'otx'), {
    epochs: Number(values['otx-epochs']),
    weights,
  });
}

/**
 * @param {object} found
 * @param {ReturnType<typeof scoresOf>} found.scores
 * @param {import('./job/otx.mjs').OtxResult} found.otx
 * @param {number | undefined} found.reached
 * @param {number} found.seconds
 * @param {number | undefined} found.rssMb
 */
function report({ scores: { val, test }, otx, reached, seconds, rssMb }) {
  const row = (/** @type {string} */ name, /** @type {number} */ before, /** @type {number} */ after) => [
    name,
    before.toFixed(4),
    after.toFixed(4),
  ];
  const rows = [
    row('val: sluice', val.untouched, val.tuned),
    row('val: OTX', untouched.val, otx.val),
    row('test: sluice', test.untouched, test.tuned),
    row('test: OTX', untouched.test, otx.test),
  ];
  console.log(`\n${describeMachine()}\n\n${table(['F1', 'untouched', 'tuned'], rows)}\n`);
  const when = reached === undefined ? 'was not reached' : `after ${reached.toFixed(1)} s`;
  const peer = `${Math.round(otx.seconds)} s${values.otx ? '' : ', measured earlier'}`;
  console.log(`OTX's best validation F1 ${when} (OTX ${peer}); the whole run took ${seconds.toFixed(1)} s.`);
  printResult({
    time_ratio: reached === undefined ? null : significant(otx.seconds / reached),
    f1_gain_over_otx: significant(test.tuned - otx.test),
    f1_val_gain_over_otx: significant(val.tuned - otx.val),
    f1_test: significant(test.tuned, 4),
    f1_val: significant(val.tuned, 4),
    seconds_to_otx_val: reached === undefined ? null : significant(reached),
    seconds: significant(seconds),
    ...(rssMb === undefined ? {} : { rss_mb: Math.round(rssMb) }),
    otx_measured_now: values.otx,
  });
}
