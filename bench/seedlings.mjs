/**
 * The whole job on real photographs, from files to a tuned model, with nothing cached before: see README.md.
 * node bench/seedlings.mjs [options of `sluice run`, such as --set vars.epochs=4]
 */
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { otx } from './seedlings/otx.mjs';
import { scoresOf } from './seedlings/scores.mjs';
import { describeMachine } from './support/machine.mjs';
import { printResult, table } from './support/report.mjs';
import { runMeasured } from './support/run-measured.mjs';
import { root, sharedFolder } from './support/shared.mjs';
import { significant } from './support/statistics.mjs';

const data = sharedFolder('datasets/seedlings');
if (data === undefined) {
  console.log('There is no ../shared/datasets/seedlings: this benchmark is skipped.');
  process.exit(0);
}

const cache = await mkdtemp(join(tmpdir(), 'sluice-seedlings-'));
const runs = join(root, 'runs', `bench-seedlings-${Date.now()}`);
try {
  const program = join(root, 'packages/pipelines/bin/sluice.js');
  const pipeline = join(root, 'examples/coco/pipeline.yaml');
  const folders = ['--runs-dir', runs, '--cache-dir', cache];
  const args = [program, 'run', pipeline, '--set', `vars.data=${data}`, ...folders, ...process.argv.slice(2)];
  const { code, seconds, rssMb } = await runMeasured(process.execPath, args);
  if (code === 0) await report(seconds, rssMb);
  else process.exitCode = code ?? 1;
} finally {
  await rm(cache, { recursive: true, force: true });
}

/**
 * @param {number} seconds
 * @param {number | undefined} rssMb
 */
async function report(seconds, rssMb) {
  const [run] = await readdir(runs);
  const { val, test, reached } = scoresOf(await readFile(join(runs, run, 'metrics.jsonl'), 'utf8'), otx.val.tuned);
  const row = (/** @type {string} */ name, /** @type {{ untouched: number, tuned: number }} */ scores) => [
    name,
    scores.untouched.toFixed(4),
    scores.tuned.toFixed(4),
  ];
  const rows = [
    row('val: sluice', val),
    row('val: OTX', otx.val),
    row('test: sluice', test),
    row('test: OTX', otx.test),
  ];
  console.log(`\n${describeMachine()}\n\n${table(['F1', 'untouched', 'tuned'], rows)}\n`);
  console.log(
    `Time ${Math.round(seconds)} s (OTX ${otx.seconds} s); OTX's best validation F1 ${reached === undefined ? 'was not reached' : `after ${Math.round(reached)} s`}.`,
  );
  printResult({
    f1_test_before: significant(test.untouched, 4),
    f1_test_after: significant(test.tuned, 4),
    f1_val_before: significant(val.untouched, 4),
    f1_val_after: significant(val.tuned, 4),
    f1_gain_over_otx: significant(test.tuned - otx.test.tuned),
    untouched_minus_otx: significant(test.untouched - otx.test.untouched),
    seconds: Math.round(seconds),
    seconds_to_otx_val: reached === undefined ? null : Math.round(reached),
    ...(rssMb === undefined ? {} : { rss_mb: Math.round(rssMb) }),
  });
}
