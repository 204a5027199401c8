import { mkdtempSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { RunEvent } from '@sluice/core';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { tinyRun, type TinyRunOptions } from './testing/tiny-run.js';

const root = mkdtempSync(join(tmpdir(), 'sluice-resume-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));

let folder: string;
let warnings: string[];
beforeEach(() => {
  folder = mkdtempSync(join(root, 'x'));
  warnings = [];
});

const epochs = ['stages.train.with.epochs=4'];

/** The tiny pipeline in four epochs of six steps; it is cancelled before step `stopAt`. */
async function run({ stopAt, set = [], ...options }: Partial<TinyRunOptions> & { readonly stopAt?: number } = {}) {
  const controller = new AbortController();
  const taken: number[] = [];
  const events = await tinyRun({
    folder,
    set: [...epochs, ...set],
    signal: controller.signal,
    before: (step) => {
      if (step === stopAt) controller.abort(new Error('test'));
      else taken.push(step);
    },
    consoleWrite: (line) => warnings.push(line),
    ...options,
  });
  const last = events.at(-1)!;
  return { taken, failure: last.type === 'run-failed' ? last : undefined, folder: folderOf(events), events };
}

const folderOf = (events: readonly RunEvent[]): string => (events[0]?.type === 'run-started' ? events[0].folder : '');
const file = (run: { readonly folder: string }, name: string): string => readFileSync(join(run.folder, name), 'latin1');
const snapshots = (): string[] => {
  const states = join(folder, 'cache', 'states');
  return readdirSync(states, { recursive: true })
    .map((name) => join(states, String(name)))
    .filter((path) => path.endsWith('.state'))
    .sort();
};
const reference = async () => {
  const here = folder;
  folder = mkdtempSync(join(root, 'whole'));
  const whole = await run();
  folder = here;
  return whole;
};

describe('a training that was cancelled', () => {
  it('goes on in the same run after the last state, and ends as if it had never stopped', async () => {
    const whole = await reference();
    const first = await run({ stopAt: 15 });
    expect(first.failure).toMatchObject({ cancelled: true });
    const second = await run({ resume: true });
    expect(second.failure).toBeUndefined();
    expect(second.folder).toBe(first.folder);
    expect(second.taken[0]).toBeGreaterThan(12);
    expect(second.taken.at(-1)).toBe(24);
    for (const name of ['metrics.csv', 'best.json', 'checkpoints/epoch-004.safetensors']) {
      expect(file(second, name) === file(whole, name), name).toBe(true);
    }
    expect(JSON.parse(file(second, 'manifest.json'))).toMatchObject({ status: 'succeeded', resumed: [{}] });
  });

  it('goes on in a new run of the same file, too', async () => {
    const whole = await reference();
    const first = await run({ stopAt: 15 });
    const second = await run();
    expect(second.folder).not.toBe(first.folder);
    expect(second.taken[0]).toBeGreaterThan(12);
    expect(file(second, 'metrics.csv')).toBe(file(whole, 'metrics.csv'));
    expect(file(second, 'best.json')).toBe(file(whole, 'best.json'));
  });

  it('trains nothing where it had finished, and gives the same files', async () => {
    const first = await run();
    expect(first.taken).toHaveLength(24);
    const second = await run();
    expect(second.taken).toEqual([]);
    for (const name of ['metrics.csv', 'best.json', 'checkpoints/epoch-004.safetensors']) {
      expect(file(second, name)).toBe(file(first, name));
    }
    expect(readdirSync(join(second.folder, 'checkpoints'))).toEqual(readdirSync(join(first.folder, 'checkpoints')));
  });

  it('stops early at the same epoch, with the same best, as the run that was not interrupted', async () => {
    const set = ['stages.train.with.epochs=10', 'stages.judge.with.patience=3'];
    const here = folder;
    folder = mkdtempSync(join(root, 'whole'));
    const whole = await run({ set });
    folder = here;
    expect(whole.taken.at(-1)).toBe(42); // the best is epoch 4; three more do not improve on it
    await run({ set, stopAt: 33 }); // while two checks have waited
    const second = await run({ set, resume: true });
    expect(second.taken.at(-1)).toBe(42);
    expect(file(second, 'metrics.csv')).toBe(file(whole, 'metrics.csv'));
    expect(file(second, 'best.json')).toBe(file(whole, 'best.json'));
  });

  it('takes another early stop in its stride: past epochs are judged anew, and trained no more', async () => {
    const set = ['stages.train.with.epochs=10'];
    await run({ set, stopAt: 50 });
    const second = await run({ set: [...set, 'stages.judge.with.patience=2'], resume: true });
    expect(second.failure).toBeUndefined();
    expect(second.taken).toEqual([]);
    const kept = ['000', '004', '006'].map((epoch) => `epoch-${epoch}.safetensors`);
    expect(readdirSync(join(second.folder, 'checkpoints'))).toEqual(kept);
  });
});

describe('what may not change in a run that is resumed', () => {
  it.each([
    ['stages.train.with.optimizer.lr=0.01', 'options.optimizer.lr was 0.05, is 0.01'],
    ['stages.train.with.batch-size=3', 'options.batch-size was 2, is 3'],
    ['stages.train.with.epochs=9', 'options.epochs was 4, is 9'],
    ['seed=6', 'seed was 5, is 6'],
    ['stages.samples.with.jitter=0.1', 'samples.train/0.prompts.jitter was 0.2, is 0.1'],
    ['stages.samples.with.digest=b', 'samples.train/0.embedding was "a0", is "b0"'],
  ])('%s: an error names it, and the run can still go on as it was', async (changed, message) => {
    const first = await run({ stopAt: 9 });
    const before = file(first, 'metrics.csv');
    const refused = await run({ resume: true, set: [changed] });
    expect(refused.failure).toMatchObject({ stage: 'train', error: { code: 'core/STATE_CHANGED' } });
    expect(String(refused.failure?.error)).toContain(message);
    expect(file(first, 'metrics.csv')).toBe(before);
    expect(file(first, 'pipeline.resolved.yaml')).not.toContain(
      changed.split('=').at(-1) === '9' ? 'epochs: 9' : 'never',
    );
    expect((await run({ resume: true })).failure).toBeUndefined();
  });

  it('does not include how often states are written', async () => {
    await run({ stopAt: 9 });
    const second = await run({ resume: true, set: ['stages.train.with.checkpoint-every=1'] });
    expect(second.failure).toBeUndefined();
    expect(second.taken[0]).toBeGreaterThan(6);
  });

  it('warns of another number of threads, and goes on', async () => {
    await run({ stopAt: 9 });
    const second = await run({ resume: true, threads: 2 });
    expect(second.failure).toBeUndefined();
    expect(second.taken[0]).toBeGreaterThan(6);
    expect(warnings.join('\n')).toMatch(/goes on with threads 2, and began with 1: the weights may differ/);
  });
});

describe('where something is damaged or missing', () => {
  const damage = (path: string): void => truncateSync(path, 1000);

  it('a damaged state: the one before is used', async () => {
    const whole = await reference();
    await run({ stopAt: 15 });
    damage(snapshots().at(-1)!);
    const second = await run({ resume: true });
    expect(warnings.join('\n')).toMatch(/can't be used: it is truncated .* Used instead: .*\.state/);
    expect(second.taken[0]).toBeGreaterThan(1);
    expect(file(second, 'metrics.csv')).toBe(file(whole, 'metrics.csv'));
    expect(file(second, 'best.json')).toBe(file(whole, 'best.json'));
  });

  it('both states damaged, or a past checkpoint gone from the cache: training starts over and ends the same', async () => {
    const whole = await reference();
    await run({ stopAt: 15 });
    for (const path of snapshots()) damage(path);
    expect((await run({ resume: true, stopAt: 20 })).taken[0]).toBe(1);
    expect(warnings.join('\n')).toContain('the work starts over');
    const cache = join(folder, 'cache');
    for (const name of readdirSync(cache)) if (name !== 'states') rmSync(join(cache, name), { recursive: true });
    const third = await run({ resume: true });
    expect(warnings.join('\n')).toContain('no longer in the cache: training starts over');
    expect(third.taken[0]).toBe(1);
    expect(file(third, 'metrics.csv')).toBe(file(whole, 'metrics.csv'));
    expect(file(third, 'best.json')).toBe(file(whole, 'best.json'));
  });

  it('a state of a newer release is left for it', async () => {
    await run({ stopAt: 15 });
    const newest = snapshots().at(-1)!;
    const bytes = readFileSync(newest);
    bytes.writeUInt32LE(9, 'sluice-state'.length);
    writeFileSync(newest, bytes);
    const second = await run({ resume: true, stopAt: 15 });
    expect(warnings.join('\n')).toMatch(/a newer release of sluice wrote it. Used instead: .*\.state/);
    expect(second.taken[0]).toBeGreaterThan(1);
    expect(snapshots()).toContain(newest);
  });
});

it('stops at a loss that is no number, naming step, items and the last good checkpoint; the states stay good', async () => {
  const set = ['stages.train.with.optimizer.lr=1e20', 'stages.train.with.optimizer.warmup-steps=20'];
  const first = await run({ set });
  expect(first.failure).toMatchObject({ stage: 'train', error: { code: 'models/LOSS_NOT_FINITE' } });
  const { message } = first.failure!.error as Error;
  expect(message).toMatch(/the loss became (Infinity|NaN) at step \d+ \(items train\/\d+, train\/\d+, learning rate/);
  expect(message).toContain(join(first.folder, 'checkpoints', 'epoch-0'));
  const second = await run({ set, resume: true });
  expect((second.failure!.error as Error).message).toBe(message);
});
