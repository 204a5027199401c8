import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { TRAINED_DECODER, writeSafetensors } from '@sluice/models';
import { afterAll, beforeEach, expect, it } from 'vitest';
import { sluice } from '../testing/sluice.js';
import { tinyProject } from '../testing/tiny-project.js';
import { findCheckpoint } from './find-checkpoint.js';

const folder = mkdtempSync(path.join(tmpdir(), 'find-checkpoint-'));
const runs = path.join(folder, 'runs');
const run = path.join(runs, 'demo-1');
beforeEach(() => {
  rmSync(runs, { recursive: true, force: true });
  mkdirSync(path.join(run, 'checkpoints'), { recursive: true });
});
afterAll(() => {
  rmSync(folder, { recursive: true });
});

const put = (file: string, epoch: string): string => {
  const place = path.join(run, file);
  mkdirSync(path.dirname(place), { recursive: true });
  const weights = new Map([['w', { shape: [1], data: Float32Array.of(Number(epoch)) }]]);
  writeFileSync(place, writeSafetensors(weights, { model: 'sam-vit-b', epoch, step: '7' }));
  return place;
};
const found = async (word = 'demo'): Promise<string> => path.relative(run, (await findCheckpoint(word, runs)).path);

interface Artifact {
  readonly name: string;
  readonly path: string;
}

/** A manifest of a run that ended just now, with these artifacts. */
const manifest = (...artifacts: readonly Artifact[]): Promise<void> => manifestIn(run, artifacts);
async function manifestIn(run: string, artifacts: readonly Artifact[]): Promise<void> {
  const project = tinyProject();
  const made = path.join(project.folder, 'made');
  await sluice('run', project.pipeline, '--runs-dir', made, '--quiet');
  const { out } = await sluice('runs', 'ls', '--runs-dir', made, '--json');
  const [{ folder: from }] = (JSON.parse(out) as { runs: [{ folder: string }] }).runs;
  const text = readFileSync(path.join(from, 'manifest.json'), 'utf8');
  const told = artifacts.map((artifact) => ({ stage: 'stop', ...artifact }));
  writeFileSync(path.join(run, 'manifest.json'), JSON.stringify({ ...(JSON.parse(text) as object), artifacts: told }));
  project.remove();
}

it('is a file with its digest and what it says of itself', async () => {
  const place = put('checkpoints/epoch-002.safetensors', '2');
  const digest = createHash('sha256').update(readFileSync(place)).digest('hex');
  expect(await findCheckpoint(place, 'nowhere')).toEqual({
    path: place,
    digest,
    model: 'sam-vit-b',
    epoch: 2,
    step: 7,
  });
});

it('is the one that the run has chosen, be it an earlier one', async () => {
  for (const epoch of ['0', '2', '10']) put(`checkpoints/epoch-${epoch.padStart(3, '0')}.safetensors`, epoch);
  await manifest(
    { name: TRAINED_DECODER, path: 'checkpoints/epoch-000.safetensors' },
    { name: TRAINED_DECODER, path: 'checkpoints/epoch-002.safetensors' },
    { name: 'another', path: 'checkpoints/epoch-010.safetensors' },
  );
  expect(await found()).toBe(path.normalize('checkpoints/epoch-002.safetensors'));
});

it('is the last one where the run did not choose, or the choice is gone or outside its folder', async () => {
  for (const name of ['epoch-000', 'epoch-999-step-000900', 'epoch-1000', 'notes'])
    put(`checkpoints/${name}.safetensors`, '1');
  const last = path.normalize('checkpoints/epoch-1000.safetensors');
  expect(await found()).toBe(last);
  const outside = path.join(folder, 'outside.safetensors');
  writeFileSync(outside, writeSafetensors(new Map()));
  for (const place of ['checkpoints/epoch-003.safetensors', '../../outside.safetensors', outside]) {
    await manifest({ name: TRAINED_DECODER, path: place });
    expect(await found(run)).toBe(last);
  }
});

it('is that of the latest run which has one: not of one that asked a decoder or failed before its first epoch', async () => {
  put('checkpoints/epoch-002.safetensors', '2');
  await manifest();
  for (const later of ['failed-2', 'predict-3']) {
    mkdirSync(path.join(runs, later));
    await manifestIn(path.join(runs, later), []);
  }
  expect(await found('latest')).toBe(path.normalize('checkpoints/epoch-002.safetensors'));
  // Only `latest` looks further: who names a run means that one.
  await expect(found('predict')).rejects.toMatchObject({ code: 'pipelines/NO_CHECKPOINT' });
  rmSync(path.join(run, 'checkpoints'), { recursive: true });
  await expect(found('latest')).rejects.toMatchObject({
    code: 'pipelines/NO_CHECKPOINT',
    message: expect.stringContaining('predict-3') as string,
  });
});

it('is what was exported where no checkpoint is left, and nothing of a run that has only the untouched one', async () => {
  put('checkpoints/epoch-000.safetensors', '0');
  await expect(found()).rejects.toMatchObject({ code: 'pipelines/NO_CHECKPOINT' });
  put('models/decoder.onnx', '1');
  expect(await found()).toBe(path.normalize('models/decoder.onnx'));
});
