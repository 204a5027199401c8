import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { checkOptions, type RunEvent } from '@sluice/core';
import { readSafetensors } from '@sluice/models';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { trainDecoderOptions } from './options.js';
import { tinyRun } from './testing/tiny-run.js';

const root = mkdtempSync(join(tmpdir(), 'sluice-options-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));

let folder: string;
let warnings: string[];
beforeEach(() => {
  folder = mkdtempSync(join(root, 'x'));
  warnings = [];
});

interface Options {
  readonly set: readonly string[];
  readonly stopAt?: number;
  readonly resume?: boolean;
}

/** The tiny pipeline, six steps an epoch, with options of the stage `train`; cancelled before step `stopAt`. */
async function run({ set, stopAt, resume = false }: Options) {
  const controller = new AbortController();
  const taken: number[] = [];
  const events = await tinyRun({
    folder,
    resume,
    set: set.map((each) => (each.startsWith('stages.') ? each : `stages.train.with.${each}`)),
    signal: controller.signal,
    before: (step) => {
      if (step === stopAt) controller.abort(new Error('test'));
      else taken.push(step);
    },
    consoleWrite: (line) => warnings.push(line),
  });
  const last = events.at(-1)!;
  return { taken, events, failure: last.type === 'run-failed' ? last : undefined, folder: folderOf(events) };
}
const folderOf = (events: readonly RunEvent[]): string => (events[0]?.type === 'run-started' ? events[0].folder : '');
const text = (run: { readonly folder: string }, name: string): string => readFileSync(join(run.folder, name), 'latin1');
const checkpoints = (run: { readonly folder: string }): readonly string[] =>
  readdirSync(join(run.folder, 'checkpoints'));
const rows = (run: { readonly events: readonly RunEvent[] }, scope: string) =>
  run.events.flatMap((event) =>
    event.type === 'metric' && event.scope === scope && event.stage === 'train' ? [event.values] : [],
  );
const counts = (run: { readonly events: readonly RunEvent[] }, what: string): number =>
  run.events.reduce((sum, event) => sum + (event.type === 'counted' && event.what === what ? event.count : 0), 0);

describe('a training that was cancelled goes on and ends with the same bytes', () => {
  it.each([
    ['AdamW', ['optimizer.name=adamw', 'optimizer.weight-decay=0.1']],
    ['SGD without momentum', ['optimizer.name=sgd', 'optimizer.schedule=linear', 'optimizer.min-factor=0.1']],
    ['SGD, momentum, clipping', ['optimizer.name=sgd', 'optimizer.momentum=0.9', 'optimizer.clip-norm=0.01']],
    ['Adam, clipped values', ['optimizer.clip-value=0.001']],
    ['an average of the weights', ['optimizer.ema=0.9']],
    ['a plateau', ['optimizer.schedule=plateau', 'optimizer.plateau.patience=0', 'optimizer.plateau.min-delta=0.5']],
    ['checkpoints within an epoch', ['validate-every=0.4']],
    ['a checkpoint every two epochs', ['validate-every=2']],
    ['a checkpoint every four steps', ['validate-every-steps=4']],
    ["OTX's adaptive interval", ['validate-every=adaptive']],
    ['steps left out', ['on-nan=skip-step', 'stages.samples.with.broken=3']],
  ])('%s', async (_, options) => {
    const set = ['epochs=4', ...options];
    const here = folder;
    folder = mkdtempSync(join(root, 'whole'));
    const whole = await run({ set });
    folder = here;
    expect(whole.failure).toBeUndefined();
    await run({ set, stopAt: 15 });
    const second = await run({ set, resume: true });
    expect(second.failure).toBeUndefined();
    expect(counts(second, 'steps of an earlier run')).toBeGreaterThan(10);
    expect(checkpoints(second)).toEqual(checkpoints(whole));
    for (const name of ['metrics.csv', 'best.json', 'checkpoints/epoch-004.safetensors']) {
      expect(text(second, name) === text(whole, name), name).toBe(true);
    }
  });
});

it.each([
  ['optimizer.name=sgd', 'options.optimizer.name was "adam", is "sgd"'],
  ['optimizer.weight-decay=0.1', 'options.optimizer.weight-decay'],
  ['optimizer.clip-norm=1', 'options.optimizer.clip-norm'],
  ['validate-every=2', 'options.validate-every was 1, is 2'],
])('%s may not change in a run that is resumed: an error names it', async (changed, message) => {
  await run({ set: ['epochs=4'], stopAt: 9 });
  const refused = await run({ set: ['epochs=4', changed], resume: true });
  expect(refused.failure).toMatchObject({ stage: 'train', error: { code: 'core/STATE_CHANGED' } });
  expect(String(refused.failure?.error)).toContain(message);
});

describe('checkpoints', () => {
  it('lie within an epoch where validation does; the best of them is kept', async () => {
    const done = await run({ set: ['epochs=5', 'validate-every-steps=4'] });
    // The score is highest near epoch 4, which ends with step 24.
    expect(checkpoints(done)).toEqual(
      [
        'epoch-000.safetensors',
        'epoch-004.safetensors',
        'epoch-004-step-000028.safetensors',
        'epoch-005.safetensors',
      ].sort(),
    );
    expect(text(done, 'best.json')).toMatch(/^\[4,/);
  });

  it('lower the rate on a plateau', async () => {
    const set = ['epochs=6', 'optimizer.schedule=plateau', 'optimizer.warmup-steps=0', 'optimizer.plateau.min-delta=5'];
    const done = await run({ set: [...set, 'optimizer.plateau.patience=1', 'optimizer.plateau.factor=0.5'] });
    const rates = rows(done, 'step').map((row) => row['learning_rate']);
    expect([...new Set(rates)]).toEqual([0.05, 0.025, 0.0125]);
  });
});

describe('what is no number', () => {
  it('in an embedding: the step is left out with a warning and counted, and every weight stays a number', async () => {
    const done = await run({ set: ['epochs=3', 'on-nan=skip-step', 'stages.samples.with.broken=3'] });
    expect(done.failure).toBeUndefined();
    expect(counts(done, 'steps left out, loss or gradient not finite')).toBe(3);
    expect(warnings.filter((line) => line.includes('the step was left out'))).toHaveLength(3);
    const steps = rows(done, 'step');
    expect(steps).toHaveLength(18);
    expect(steps.filter((row) => Number.isNaN(row['loss']))).toHaveLength(3);
    for (const name of checkpoints(done)) {
      const file = readSafetensors(readFileSync(join(done.folder, 'checkpoints', name)), name);
      for (const { data } of file.tensors.values()) {
        const values = new Float32Array(data.slice().buffer);
        expect(values.every((value) => Number.isFinite(value))).toBe(true);
      }
    }
  });

  it('in an embedding, by default: training fails and names the item', async () => {
    const failed = await run({ set: ['epochs=3', 'stages.samples.with.broken=3'] });
    expect(failed.failure).toMatchObject({ error: { code: 'models/LOSS_NOT_FINITE' } });
    expect(String(failed.failure?.error)).toMatch(/became NaN at step \d \(items .*train\/3/);
  });

  it('in step after step of an exploding learning rate: training fails after so many', async () => {
    const set = ['on-nan=skip-step', 'max-skipped=3', 'optimizer.lr=1e30', 'optimizer.warmup-steps=0'];
    const failed = await run({ set });
    expect(failed.failure).toMatchObject({ error: { code: 'models/LOSS_NOT_FINITE' } });
    expect(String(failed.failure?.error)).toContain('number 4 of such steps in a row');
  });

  it('in the weights after the last step of an epoch: no checkpoint of them is written', async () => {
    const set = ['epochs=1', 'optimizer.name=sgd', 'optimizer.lr=1e300', 'optimizer.warmup-steps=0', 'batch-size=12'];
    const failed = await run({ set });
    expect(failed.failure).toMatchObject({ error: { code: 'models/WEIGHTS_NOT_FINITE' } });
    expect(checkpoints(failed)).toEqual(['epoch-000.safetensors']);
  });
});

it("refuses Nesterov's momentum without a momentum", async () => {
  const failed = await run({ set: ['optimizer.name=sgd', 'optimizer.nesterov=true'] });
  expect(failed.failure).toMatchObject({ error: { code: 'models/NESTEROV_WITHOUT_MOMENTUM' } });
});

it.each([
  [['corrections=2', 'loss-tokens=1024'], 'models/CORRECTIONS', /loss-tokens/],
  [['resolution=original', 'loss-tokens=1024'], 'models/SAMPLED_LOSS', /original/],
  [['corrections=2', 'loss-window=2'], 'models/CORRECTIONS', /loss-window/],
  [['resolution=original', 'loss-window=2'], 'models/LOSS_WINDOW', /original/],
  [['loss-tokens=1024', 'loss-window=2'], 'models/LOSS_WINDOW', /loss-tokens/],
])('refuses %j before anything is read or trained', async (set, code, message) => {
  const failed = await run({ set });
  expect(failed.failure).toMatchObject({ stage: 'train', error: { code } });
  expect(String(failed.failure?.error)).toMatch(message);
  expect(failed.events.filter(({ type }) => type === 'progress')).toEqual([]);
});

it.each([
  ['corrections', -1, 'corrections must be >= 0, not -1'],
  ['corrections', 17, 'corrections must be <= 16, not 17'],
  ['corrections', 0.5, 'corrections must be a whole number, not 0.5'],
  ['loss-window', 9, 'loss-window must be <= 8, not 9'],
  ['multimask', 'maybe', 'multimask must be true or false, not "maybe"'],
  ['validate-every', -1, 'validate-every must be a number above 0 or "adaptive", not -1'],
  ['validate-every', 'often', 'validate-every must be a number or "adaptive", not "often"'],
])('says what is wrong with %s: %j', (name, value, message) => {
  expect(checkOptions(trainDecoderOptions, { [name]: value }).problems.map((problem) => problem.message)).toEqual([
    message,
  ]);
});

it('tells the numbers of each step as it comes', async () => {
  const { events } = await run({ set: ['epochs=2'] });
  const notes = events.flatMap((event) => (event.type === 'progress' && event.stage === 'train' ? [event.note] : []));
  expect(notes).toHaveLength(12);
  expect(notes[3]).toMatch(
    /^epoch 1 · loss [\d.]+ \(focal [\d.]+, dice [\d.]+, iou [\d.]+\) · lr \d\.\de-\d · F1 -?[\d.]+ · [\d.]+ images\/s · [\d.]+ prompts\/s · \d+:\d\d left$/,
  );
  const [metric] = events.filter((event) => event.type === 'metric' && event.scope === 'step');
  expect(metric).toMatchObject({ timing: { images_per_second: expect.any(Number), seconds_left: expect.any(Number) } });
});
