/**
 * How a preset's values were chosen: each variant is trained on each dataset and scored on its validation images: see README.md.
 * node bench/presets.mjs [--variants base,lr-4e-4] [--datasets demo,seedlings,coco-permissive] [--epochs 3] [--seeds 0] [--folder DIR]
 * With `--folder` embeddings and results stay there, and a variant that was trained before is only read.
 */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { writeDemoDataset } from '@sluice/data';
import { variants } from './presets/variants.mjs';
import { describeMachine } from './support/machine.mjs';
import { printResult, table } from './support/report.mjs';
import { root, sharedFolder } from './support/shared.mjs';

/** @typedef {'boxes' | 'points'} Kind */
/** @typedef {Record<Kind, readonly number[]>} F1 of the untouched model on the validation images, then after each epoch */
/** @typedef {Record<string, Record<string, F1>>} Scores of a variant, by dataset and seed */

const kinds = /** @type {const} */ (['boxes', 'points']);
const { values } = parseArgs({
  options: {
    variants: { type: 'string', default: Object.keys(variants).join(',') },
    datasets: { type: 'string', default: 'demo,seedlings,coco-permissive' },
    epochs: { type: 'string', default: '3' },
    seeds: { type: 'string', default: '0' },
    folder: { type: 'string' },
  },
});
const list = (/** @type {string} */ text) => text.split(',').filter(Boolean);
const unknown = list(values.variants).filter((name) => !(name in variants));
if (unknown.length > 0) throw new Error(`no such variant: ${unknown.join(', ')}`);
const folder = values.folder ?? (await mkdtemp(join(tmpdir(), 'sluice-presets-')));
try {
  /** @type {Scores} */
  const scores = {};
  for (const dataset of list(values.datasets)) {
    const data = await dataOf(dataset);
    if (data === undefined) {
      console.log(`There is no ../shared/datasets/${dataset}: it is left out.`);
      continue;
    }
    for (const name of list(values.variants))
      for (const seed of list(values.seeds)) {
        const f1 = await train(dataset, data, name, seed);
        (scores[name] ??= {})[list(values.seeds).length > 1 ? `${dataset}, seed ${seed}` : dataset] = f1;
        for (const kind of kinds)
          console.log(
            `${dataset} seed ${seed} ${name} ${kind}: ${f1[kind].map((value) => value.toFixed(4)).join(' ')}`,
          );
      }
  }
  report(scores);
} finally {
  if (values.folder === undefined) await rm(folder, { recursive: true, force: true });
}

/** @param {string} dataset */
async function dataOf(dataset) {
  if (dataset !== 'demo') return sharedFolder(`datasets/${dataset}`);
  const data = join(folder, 'demo');
  if (!existsSync(data)) await writeDemoDataset(data);
  return data;
}

/**
 * @param {string} dataset
 * @param {string} data
 * @param {string} name
 * @param {string} seed
 * @returns {Promise<F1>}
 */
async function train(dataset, data, name, seed) {
  const runs = join(folder, 'runs', `${dataset}-${name}-${values.epochs}-${seed}`);
  const done = await readScores(runs);
  if (done.points.length === Number(values.epochs) + 1) return done;
  await mkdir(runs, { recursive: true });
  const settings = { 'vars.data': data, 'vars.epochs': values.epochs, seed, ...variants[name] };
  const args = [
    join(root, 'packages/pipelines/bin/sluice.js'),
    'run',
    join(root, 'bench/presets/pipeline.yaml'),
    ...Object.entries(settings).flatMap(([key, value]) => ['--set', `${key}=${value}`]),
    ...['--runs-dir', runs, '--cache-dir', join(folder, 'cache')],
  ];
  const { status, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8', maxBuffer: 1 << 26 });
  if (status !== 0) throw new Error(`${name} on ${dataset} failed:\n${stderr}`);
  return readScores(runs);
}

/** @param {string} runs @returns {Promise<F1>} */
async function readScores(runs) {
  const latest = existsSync(runs) ? (await readdir(runs)).sort().at(-1) : undefined;
  const file = latest && join(runs, latest, 'metrics.jsonl');
  const text = file && existsSync(file) ? await readFile(file, 'utf8') : '';
  const rows = text.split('\n').filter(Boolean);
  const scored = rows.map((row) => JSON.parse(row)).filter(({ f1 }) => f1 !== undefined);
  const of = (/** @type {Kind} */ kind) => scored.filter(({ prompts }) => prompts === kind).map(({ f1 }) => f1);
  return { boxes: of('boxes'), points: of('points') };
}

/** @param {Scores} scores */
function report(scores) {
  const columns = [...new Set(Object.values(scores).flatMap((byDataset) => Object.keys(byDataset)))];
  const best = (/** @type {F1} */ f1, /** @type {Kind} */ kind) => f1[kind][bestEpoch(f1)];
  const gains = Object.entries(scores).map(([name, byDataset]) => {
    const gained = Object.values(byDataset).flatMap((f1) => kinds.map((kind) => best(f1, kind) - f1[kind][0]));
    return { name, gain: gained.reduce((sum, gain) => sum + gain, 0) / gained.length };
  });
  const head = columns.flatMap((column) => [`${column}: boxes`, 'after 1', 'best', 'points', 'best']);
  const four = (/** @type {number} */ value) => value.toFixed(4);
  const rows = gains.map(({ name, gain }) => [
    name,
    ...columns.flatMap((column) => {
      const f1 = scores[name][column];
      if (f1 === undefined) return ['', '', '', '', ''];
      const [before, after] = f1.boxes;
      return [before, after, best(f1, 'boxes'), f1.points[0], best(f1, 'points')].map(four);
    }),
    four(gain),
  ]);
  console.log(`\n${describeMachine()}\n\n${table(['variant', ...head, 'mean gain'], rows)}\n`);
  const winner = gains.toSorted((a, b) => b.gain - a.gain)[0];
  if (winner) printResult({ best: winner.name, mean_gain: Number(four(winner.gain)), variants: gains.length });
}

/** The epoch that early stopping takes: the best mean of both kinds. @param {F1} f1 */
function bestEpoch({ boxes, points }) {
  const means = boxes.map((value, epoch) => value + points[epoch]);
  return means.indexOf(Math.max(...means));
}
