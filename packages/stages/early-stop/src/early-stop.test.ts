import { runStage } from '@sluice/core/testing';
import type { Checkpoint, Metrics } from '@sluice/models';
import { expect, it } from 'vitest';
import { earlyStop } from './early-stop.js';

const checkpoint = (epoch: number): Checkpoint => ({
  epoch,
  step: epoch * 10,
  stepsPerEpoch: 10,
  model: 'sam-tiny-vit',
  path: `epoch-${String(epoch)}`,
  digest: '',
});
const metrics = (f1: number, epoch: number): Metrics => ({
  subset: 'val',
  checkpoint: checkpoint(epoch),
  images: 1,
  instances: 1,
  scores: { f1, iou: 1 - f1, precision: 0, recall: 0, f1_macro: 0, iou_macro: 0 },
});
const run = (values: readonly number[], options = {}) =>
  runStage(earlyStop, { inputs: { metrics: values.map(metrics) }, options });

it('says stop when patience is used up, and passes the best checkpoint on', async () => {
  const { outputs } = await run([0.5, 0.7, 0.69, 0.7], { patience: 2, 'warmup-epochs': 0, 'warmup-steps': 0 });
  expect(outputs.decision.map(({ epoch, stop }) => [epoch, stop])).toEqual([
    [0, false],
    [1, false],
    [2, false],
    [3, true],
  ]);
  expect(outputs.decision.at(-1)?.best).toEqual({ epoch: 1, value: 0.7 });
  expect(outputs.best).toEqual([checkpoint(1)]);
});

it('waits out the warm-up of 3 epochs by default', async () => {
  const { outputs } = await run([0.9, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1], { patience: 1 });
  expect(outputs.decision.findIndex(({ stop }) => stop)).toBe(4);
});

it('watches another score, less of which may be better', async () => {
  const { outputs } = await run([0.2, 0.6, 0.4], { monitor: 'iou', mode: 'min' });
  expect(outputs.best).toEqual([checkpoint(1)]);
});

it('watches the training loss, less of which is better, from the first checkpoint that has one', async () => {
  const metricsOf = [undefined, 0.9, 0.5, 0.7, 0.6].map((loss, epoch) => {
    const each = metrics(0.1, epoch);
    return { ...each, checkpoint: { ...each.checkpoint, ...(loss !== undefined && { loss }) } };
  });
  const options = { monitor: 'loss', patience: 2, 'warmup-epochs': 0, 'warmup-steps': 0 } as const;
  const { outputs } = await runStage(earlyStop, { inputs: { metrics: metricsOf }, options });
  expect(outputs.best).toEqual([{ ...checkpoint(2), loss: 0.5 }]);
  expect(outputs.decision.map(({ stop }) => stop)).toEqual([false, false, false, false, true]);
  expect(outputs.decision.at(-1)?.scores).toMatchObject({ f1: 0.1, loss: 0.6 });
});

it("adapts its patience where checkpoints come by OTX's rule, and tells checkpoints within an epoch apart", async () => {
  const within = [0.5, 0.5, 0.9, 0.5, 0.5, 0.5, 0.5, 0.5].map((f1, i) => {
    const each = metrics(f1, i / 4);
    return { ...each, checkpoint: { ...each.checkpoint, adaptiveInterval: 2 } };
  });
  const options = { patience: 2, 'warmup-epochs': 0, 'warmup-steps': 0 };
  const { outputs } = await runStage(earlyStop, { inputs: { metrics: within }, options });
  expect(outputs.decision.map(({ stop }) => stop).indexOf(true)).toBe(7);
  expect(outputs.best[0]).toMatchObject({ epoch: 0.5 });
});

it('passes the untouched model on where no epoch is better', async () => {
  const { outputs } = await run([0.8, 0.7]);
  expect(outputs.best).toEqual([checkpoint(0)]);
});

it('passes an error on as it is', async () => {
  const broken = (async function* () {
    yield* [metrics(0.5, 0)];
    throw new RangeError('broken');
  })();
  await expect(runStage(earlyStop, { inputs: { metrics: broken } })).rejects.toThrow(new RangeError('broken'));
});
