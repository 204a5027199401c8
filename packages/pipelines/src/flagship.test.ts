import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { writeDemoDataset } from '@sluice/data';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { runFile, type RunOutcome } from './run-file.js';

/** The demo pipeline, whole, on a handful of small pictures: real weights, one epoch. */
const folder = mkdtempSync(path.join(tmpdir(), 'sluice-flagship-'));
const silent = { out: () => undefined, err: () => undefined, screen: undefined };
let first: RunOutcome;
let second: RunOutcome;

beforeAll(async () => {
  const data = path.join(folder, 'data');
  await writeDemoDataset(data, { seed: 3, train: 3, val: 1, test: 2, width: 320, height: 240 });
  const run = (): Promise<RunOutcome> =>
    runFile({
      file: fileURLToPath(new URL('../../../examples/demo/pipeline.yaml', import.meta.url)),
      set: [`vars.data=${data}`, 'vars.epochs=1'],
      runsDir: path.join(folder, 'runs'),
      cacheDir: path.join(folder, 'cache'),
      threads: 2,
      terminal: silent,
    });
  first = await run();
  second = await run();
}, 240_000);

afterAll(() => rmSync(folder, { recursive: true, force: true }));

const counted = (outcome: RunOutcome, stage: string) =>
  Object.fromEntries(outcome.status.stages.find(({ id }) => id === stage)?.counted ?? []);
const file = (outcome: RunOutcome, name: string) => readFileSync(path.join(outcome.status.folder, name));

it('goes from labelled pictures to an exported model', () => {
  expect(first.failure).toBeUndefined();
  expect(first.status.stages.map(({ state }) => state)).toEqual(first.status.stages.map(() => 'done'));
  expect(counted(first, 'ingest')['images used']).toBe(6);
  const tested = first.status.final.map(({ values }) => [values['epoch'], values['images']]);
  expect(tested[0]).toEqual([0, 2]);
  expect(tested).toHaveLength(2);
  expect(file(first, 'models/encoder.onnx').length).toBe(28_085_517);
  expect(file(first, 'models/decoder.onnx').length).toBeGreaterThan(16_000_000);
  expect(file(first, 'overlays/index.html').toString()).toContain('002.png');
  const [header, ...rows] = file(first, 'metrics.csv').toString().trim().split('\n');
  expect(header).toContain('seconds,stage,scope');
  expect(rows.filter((row) => row.includes(',train,step,'))).toHaveLength(2);
});

it('encodes nothing the second time', () => {
  expect(counted(first, 'encode')).toEqual({ 'embeddings made': 6 });
  expect(counted(second, 'encode')).toEqual({ 'embeddings from the cache': 6 });
});

it('ends with bit-identical weights and scores when repeated', () => {
  for (const name of ['checkpoints/epoch-000.safetensors', 'checkpoints/epoch-001.safetensors']) {
    expect(file(first, name).equals(file(second, name))).toBe(true);
  }
  expect(file(first, 'checkpoints/epoch-000.safetensors')).not.toEqual(
    file(first, 'checkpoints/epoch-001.safetensors'),
  );
  expect(second.status.final).toEqual(first.status.final);
});
