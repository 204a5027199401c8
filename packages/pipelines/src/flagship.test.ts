import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { writeDemoDataset } from '@sluice/data';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runFile, type RunOutcome } from './run-file.js';

/** The demo pipeline, whole, on a handful of small pictures: real weights, one epoch. */
const folder = mkdtempSync(path.join(tmpdir(), 'sluice-flagship-'));
const silent = { out: () => undefined, err: () => undefined, screen: undefined };
const data = path.join(folder, 'data');
const cacheDir = path.join(folder, 'cache');
const pipeline = fileURLToPath(new URL('../../../examples/demo/pipeline.yaml', import.meta.url));
const set = [
  `vars.data=${data}`,
  'vars.epochs=1',
  'stages.quantize.with.samples=1',
  'stages.quantize.with.max-f1-drop=1',
];
let first: RunOutcome;
let second: RunOutcome;

/** Later runs then train, instead of going on from where the first has ended. */
const forgetTraining = (): void => rmSync(path.join(cacheDir, 'states'), { recursive: true });

beforeAll(async () => {
  await writeDemoDataset(data, { seed: 3, train: 3, val: 1, test: 2, width: 320, height: 240 });
  const runsDir = path.join(folder, 'runs');
  const run = (): Promise<RunOutcome> =>
    runFile({ file: pipeline, set, runsDir, cacheDir, threads: 2, terminal: silent });
  first = await run();
  forgetTraining();
  second = await run();
}, 240_000);

afterAll(() => rmSync(folder, { recursive: true, force: true }));

const counted = (outcome: RunOutcome, stage: string) =>
  Object.fromEntries(outcome.status.stages.find(({ id }) => id === stage)?.counted ?? []);
const finalOf = (outcome: RunOutcome, stage: string) =>
  outcome.status.final.flatMap((row) => (row.stage === stage ? [row.values] : []));
const file = (outcome: RunOutcome, name: string) => readFileSync(path.join(outcome.status.folder, name));

it('goes from labelled pictures to an exported model', () => {
  expect(first.failure).toBeUndefined();
  expect(first.status.stages.map(({ state }) => state)).toEqual(first.status.stages.map(() => 'done'));
  expect(counted(first, 'ingest')['images used']).toBe(6);
  const tested = finalOf(first, 'test').map((values) => [values['epoch'], values['images']]);
  expect(tested[0]).toEqual([0, 2]);
  expect(tested).toHaveLength(2);
  expect(file(first, 'models/encoder.onnx').length).toBe(28_085_517);
  expect(file(first, 'models/decoder.onnx').length).toBeGreaterThan(16_000_000);
  expect(file(first, 'overlays/index.html').toString()).toContain('002.png');
  const quantized = finalOf(first, 'quantize').map((values) => [values['subset'], values['model'], values['images']]);
  expect(quantized).toEqual([
    ['val', 'float', 1],
    ['val', 'INT8', 1],
    ['test', 'float', 2],
    ['test', 'INT8', 2],
  ]);
  expect(file(first, 'quantized/encoder.onnx').length).toBeLessThan(0.6 * file(first, 'models/encoder.onnx').length);
  const [header, ...rows] = file(first, 'metrics.csv').toString().trim().split('\n');
  expect(header).toContain('stage,scope');
  expect(rows.filter((row) => row.startsWith('train,step,'))).toHaveLength(2);
});

it('encodes nothing the second time', () => {
  expect(counted(first, 'encode')).toEqual({ 'embeddings made': 6 });
  expect(counted(second, 'encode')).toEqual({ 'embeddings from the cache': 6 });
});

it('quantizes nothing the second time, and gives the same files', () => {
  expect(counted(first, 'quantize')).toEqual({ 'models quantized': 1 });
  expect(counted(second, 'quantize')).toEqual({ 'quantized models from the cache': 1 });
  for (const name of ['encoder.onnx', 'decoder.onnx', 'quantize.json', 'quantize.html'])
    expect(file(first, `quantized/${name}`).equals(file(second, `quantized/${name}`)), name).toBe(true);
});

it('ends with bit-identical weights and scores when repeated', () => {
  for (const name of ['checkpoints/epoch-000.safetensors', 'checkpoints/epoch-001.safetensors']) {
    expect(file(first, name).equals(file(second, name))).toBe(true);
  }
  expect(file(first, 'checkpoints/epoch-000.safetensors')).not.toEqual(
    file(first, 'checkpoints/epoch-001.safetensors'),
  );
  expect(second.status.final).toEqual(first.status.final);
  expect(file(second, 'metrics.csv').toString()).toBe(file(first, 'metrics.csv').toString());
  expect(counted(second, 'train')).toEqual({ 'steps taken': 2 });
});

const program = fileURLToPath(new URL('../bin/sluice.js', import.meta.url));

describe.skipIf(!existsSync(program.replace(/bin.sluice\.js$/, 'dist')))('the command (built)', () => {
  const runsDir = path.join(folder, 'killed');
  const sluice = (args: readonly string[], meanwhile: (child: ReturnType<typeof spawn>) => void = () => undefined) =>
    new Promise<{ code: number | null; out: string }>((resolve) => {
      const child = spawn(process.execPath, [program, ...args, '--runs-dir', runsDir, '--json', '--quiet'], {
        cwd: folder,
        stdio: ['ignore', 'pipe', 'ignore'],
      });
      let out = '';
      child.stdout.on('data', (chunk: Buffer) => (out += chunk.toString()));
      child.on('close', (code) => resolve({ code, out }));
      meanwhile(child);
    });
  const states = (): readonly string[] => {
    const root = path.join(cacheDir, 'states');
    return existsSync(root) ? readdirSync(root, { recursive: true }).map(String) : [];
  };

  it('is killed in the middle of training, resumed, and ends with the same bytes', async () => {
    forgetTraining();
    const settings = [...set, 'stages.train.with.checkpoint-every=1'].flatMap((each) => ['--set', each]);
    const killed = await sluice(['run', pipeline, ...settings, '--cache-dir', cacheDir, '--threads', '2'], (child) => {
      const watch = setInterval(() => {
        if (!states().some((name) => name.endsWith('.state'))) return;
        clearInterval(watch);
        child.kill('SIGKILL');
      }, 5);
    });
    expect(killed.code).toBeNull();
    const [name = ''] = readdirSync(runsDir);
    const { code, out } = await sluice(['resume', name.slice(0, -1)]);
    expect(code).toBe(0);
    expect(readdirSync(runsDir)).toEqual([name]);
    const resumed = path.join(runsDir, name);
    const { stages } = JSON.parse(out) as { stages: { id: string; counted: object }[] };
    expect(stages.find(({ id }) => id === 'train')?.counted).toEqual({
      'steps of an earlier run': 1,
      'steps taken': 1,
    });
    const same = ['checkpoints/epoch-000.safetensors', 'checkpoints/epoch-001.safetensors', 'metrics.csv'];
    for (const each of [...same, 'models/decoder.onnx', 'quantized/encoder.onnx', 'overlays/001.png']) {
      expect(readFileSync(path.join(resumed, each)).equals(file(first, each)), each).toBe(true);
    }
    expect(readdirSync(path.join(resumed, 'checkpoints'))).toHaveLength(2);
    expect(await sluice(['resume'])).toMatchObject({ code: 0, out: expect.stringContaining('"run": null') as string });
  }, 120_000);
});
