/**
 * What a model that was tuned with one kind of prompt answers to the other: F1 on validation images, trained on x asked with, before and
 * after: see README.md.
 * node bench/prompts.mjs [--data demo|crowd|seedlings] [--variants box,point,mixed] [--epochs 4] [--train 8] [--val 4] [--seed 0]
 */
import { parseArgs } from 'node:util';
import { createOnnxRuntimeEngine, evaluateDecoder, createDecoderPredictor, loadSamWeights } from '@sluice/models';
import { bestOfThree } from './prompts/best-of-three.mjs';
import { loadImages } from './prompts/load-images.mjs';
import { tune } from './prompts/tune.mjs';
import { variants } from './prompts/variants.mjs';
import { describeMachine } from './support/machine.mjs';
import { printResult, table } from './support/report.mjs';
import { significant } from './support/statistics.mjs';

const { values: options } = parseArgs({
  options: {
    data: { type: 'string', default: 'demo' },
    variants: { type: 'string', default: 'box,point,mixed' },
    epochs: { type: 'string', default: '4' },
    train: { type: 'string', default: '8' },
    val: { type: 'string', default: '4' },
    lr: { type: 'string', default: '2e-4' },
    seed: { type: 'string', default: '0' },
    threads: { type: 'string', default: '2' },
  },
});
const [epochs, seed, learningRate] = [Number(options.epochs), Number(options.seed), Number(options.lr)];
const chosen = options.variants.split(',').map((name) => {
  const variant = variants[name];
  if (variant === undefined) throw new Error(`no variant ${name}; there are ${Object.keys(variants).join(', ')}`);
  return { name, variant };
});

const engine = createOnnxRuntimeEngine({ threads: Number(options.threads) });
const counts = { train: Number(options.train), val: Number(options.val) };
const images = await loadImages(engine, options.data, counts, seed);
if (images === undefined) {
  console.log(`There is no ../shared/datasets/${options.data}: this benchmark is skipped.`);
} else {
  const untouched = await loadSamWeights('sam-tiny-vit');
  const predictor = await createDecoderPredictor(engine, untouched);
  const scores = async () => {
    const of = async (/** @type {'box' | 'point'} */ kind) =>
      (await evaluateDecoder(predictor, images.val, { kind })).scores.f1;
    const three = await evaluateDecoder(bestOfThree(predictor), images.val, { kind: 'point' });
    return { boxes: await of('box'), points: await of('point'), three: three.scores.f1 };
  };
  const instances = images.train.reduce((sum, { prompted }) => sum + prompted.sample.instances.length, 0);
  console.log(
    `${options.data}: ${images.train.length} images with ${instances} objects to train with, ${images.val.length} to score on`,
  );
  const results = [{ name: 'untouched', ...(await scores()) }];
  const show = (
    /** @type {{ name: string, boxes: number, points: number, three: number }} */ { name, boxes, points, three },
  ) => console.log(`${name}: boxes ${boxes.toFixed(4)}, points ${points.toFixed(4)}, of three ${three.toFixed(4)}`);
  show(results[0]);
  for (const { name, variant } of chosen) {
    const { weights, steps, msPerPrompt } = await tune({
      engine,
      variant,
      items: images.train,
      epochs,
      seed,
      learningRate,
    });
    await predictor.setWeights(weights);
    results.push({ name, ...(await scores()), steps, msPerPrompt });
    show(results.at(-1));
  }
  await predictor.release();
  const difference = (/** @type {number} */ f1, /** @type {number} */ before) =>
    `${f1.toFixed(4)} (${f1 < before ? '' : '+'}${(100 * (f1 - before)).toFixed(1)})`;
  const rows = results.map(({ name, boxes, points, three, steps, msPerPrompt }) => [
    name,
    difference(boxes, results[0].boxes),
    difference(points, results[0].points),
    difference(three, results[0].three),
    steps ?? 0,
    msPerPrompt === undefined ? '' : msPerPrompt.toFixed(0),
  ]);
  console.log(
    `\n${describeMachine()}\n\n${table(['trained on', 'F1 with boxes', 'F1 with points', 'best of three', 'steps', 'ms a prompt'], rows)}\n`,
  );
  const matrix = results.map(({ name, boxes, points, three }) => [
    name,
    { boxes: significant(boxes, 4), points: significant(points, 4), three: significant(three, 4) },
  ]);
  printResult({ data: options.data, epochs, matrix: Object.fromEntries(matrix) });
}
await engine.dispose();
