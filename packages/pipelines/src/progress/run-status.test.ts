import type { RunEvent } from '@sluice/core';
import { describe, expect, it } from 'vitest';
import { beforeRun, nextStatus } from './run-status.js';
import { formatSummary } from './summary.js';

const started: RunEvent = {
  type: 'run-started',
  run: 'demo-1',
  folder: '/work/runs/demo-1',
  pipeline: 'demo',
  stages: ['ingest', 'train', 'test'],
};

const after = (...events: readonly RunEvent[]) => [started, ...events].reduce(nextStatus, beforeRun);

describe('the status of a run', () => {
  it('begins with all stages waiting', () => {
    expect(after().stages.map(({ id, state }) => `${id} ${state}`)).toEqual([
      'ingest waiting',
      'train waiting',
      'test waiting',
    ]);
  });

  it('follows progress, keeps a total once known, and ends with the time taken', () => {
    const status = after(
      { type: 'stage-started', stage: 'ingest' },
      { type: 'progress', stage: 'ingest', done: 1, total: 3, unit: 'samples', note: 'val' },
      { type: 'progress', stage: 'ingest', done: 3, unit: 'samples' },
      { type: 'stage-finished', stage: 'ingest', milliseconds: 12 },
    );
    expect(status.stages[0]).toMatchObject({
      state: 'done',
      done: 3,
      total: 3,
      unit: 'samples',
      note: '',
      milliseconds: 12,
    });
  });

  it('counts skipped items by reason, whatever the reason is called', () => {
    const skip = (reason: string, item: string): RunEvent => ({ type: 'skipped', stage: 'ingest', reason, item });
    const status = after(skip('crowd', 'a'), skip('crowd', 'b'), skip('toString', 'c'));
    expect([...status.stages[0]!.skipped]).toEqual([
      ['crowd', 2],
      ['toString', 1],
    ]);
  });

  it('says which stage failed', () => {
    const status = after({ type: 'run-failed', stage: 'train', error: new Error('no') });
    expect(status.state).toBe('failed');
    expect(status.stages.map(({ state }) => state)).toEqual(['waiting', 'failed', 'waiting']);
  });
});

describe('the summary', () => {
  it('shows items, reasons, final scores and where everything lies', () => {
    const status = after(
      { type: 'counted', stage: 'ingest', what: 'images used', count: 1 },
      { type: 'counted', stage: 'ingest', what: 'images used', count: 2 },
      { type: 'counted', stage: 'ingest', what: 'images skipped', count: 4 },
      { type: 'skipped', stage: 'ingest', reason: 'image: missing', item: '7' },
      { type: 'skipped', stage: 'ingest', reason: 'image: missing', item: 'a subset', count: 3 },
      { type: 'stage-finished', stage: 'ingest', milliseconds: 300 },
      { type: 'progress', stage: 'train', done: 5, total: 5, unit: 'epochs' },
      { type: 'stage-finished', stage: 'train', milliseconds: 61_000 },
      { type: 'metric', stage: 'train', scope: 'epoch', values: { epoch: 1, f1: 0.7 } },
      { type: 'metric', stage: 'test', scope: 'final', values: { epoch: 0, f1: 0.71234 } },
      { type: 'metric', stage: 'test', scope: 'final', values: { epoch: 4, f1: 0.79, loss: 0.00001 } },
      { type: 'artifact', stage: 'train', name: 'decoder', path: 'models/decoder.onnx' },
      { type: 'stage-finished', stage: 'test', milliseconds: 1000 },
    );
    expect(formatSummary(status, '/work')).toBe(`Stages
  stage   items                               time
  ingest  7 images read = 3 used + 4 skipped  0.30 s
  train   5/5 epochs                          1 min 01 s
  test                                        1.0 s

Skipped
  stage   reason          items
  ingest  image: missing      4

Result
  stage  epoch      f1      loss
  test       0  0.7123
  test       4  0.7900  1.000e-5

Files
  decoder     runs/demo-1/models/decoder.onnx
  run folder  runs/demo-1
`);
  });

  it('names what a stage counted that is neither used nor skipped', () => {
    const status = after({ type: 'counted', stage: 'ingest', what: 'embeddings found in the cache', count: 6 });
    expect(formatSummary(status, '/work')).toContain('6 embeddings found in the cache');
  });

  it('leaves out what there is none of', () => {
    expect(formatSummary(beforeRun, '/work')).toBe('Stages\n  stage  items  time\n');
  });
});
