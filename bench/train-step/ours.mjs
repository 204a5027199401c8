/**
 * Our side of `bench train-step`, as peers/train_step.py: `node ours.mjs INPUTS.safetensors WEIGHTS.safetensors THREADS [BACKEND]`; with one of
 * TensorFlow.js's backends (tensorflow, wasm, cpu) it is a side of `bench engines`.
 */
import { readFile, writeFile } from 'node:fs/promises';
import {
  createDecoderPredictor,
  createDecoderTrainer,
  createOnnxRuntimeEngine,
  createTfjsEngine,
  readSafetensors,
  weightsOf,
  writeSafetensors,
} from '@sluice/models';
import { serve } from '../support/serve.mjs';
import { boxesOf, frame, image, maskOf } from './inputs.mjs';

const [inputsFile, weightsFile, threads, backend] = process.argv.slice(2);
const { tensors } = readSafetensors(await readFile(inputsFile));
const weights = weightsOf(readSafetensors(await readFile(weightsFile)));
const embedding = tensors.get('embedding').data;
const boxes = boxesOf(tensors.get('boxes').data);
const prompts = boxes.map((box, i) => ({ instance: String(i), box }));
const items = [{ key: 'bench', embedding, image, frame, prompts, masks: boxes.map(maskOf) }];

const engine =
  backend === undefined
    ? createOnnxRuntimeEngine({ threads: Number(threads) })
    : await createTfjsEngine({ threads: Number(threads), backend });
const predictor = await createDecoderPredictor(engine, weights);
const trainer = await createDecoderTrainer({ engine, weights, optimizer: {} });

const actions = {
  forward: () => predictor.predict(embedding, frame, image, prompts),
  step: () => trainer.accumulate(items),
  // At learning rate 0, so that weights stay what they are.
  adam: () => trainer.trainBatch(items, 0),
};
await serve(actions, async ({ gradients }) => {
  const { loss, focal, dice, iou } = await trainer.accumulate(items);
  await writeFile(gradients, writeSafetensors(await trainer.gradients()));
  return { version: engine.version, losses: { loss, focal, dice, iou_mse: iou } };
});
await engine.dispose();
