import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runStage } from '@sluice/core/testing';
import {
  exportDecoder,
  loadSamWeights,
  readCheckpoint,
  TRAINED_DECODER,
  writeSafetensors,
  type Weights,
} from '@sluice/models';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { loadCheckpoint } from './load-checkpoint.js';

let folder: string;
let trained: Weights;
let path: string;
let bytes: Uint8Array;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'sluice-load-checkpoint-'));
  const own = await loadSamWeights('sam-tiny-vit');
  trained = new Map([...own].map(([name, { shape, data }]) => [name, { shape, data: data.map((value) => value * 2) }]));
  bytes = writeSafetensors(trained, { model: 'sam-tiny-vit', epoch: '2.5', step: '35' });
  path = join(folder, 'epoch-002-step-000035.safetensors');
  writeFileSync(path, bytes);
});
afterAll(() => {
  rmSync(folder, { recursive: true });
});

it("takes a copy of a run's checkpoint with the same bytes, so that its scores are known, and the untouched decoder", async () => {
  const { outputs, run, events } = await runStage(loadCheckpoint, { options: { path } });
  const digest = createHash('sha256').update(bytes).digest('hex');
  const copy = join(run.root, 'checkpoints/checkpoint.safetensors');
  expect(outputs.checkpoint).toEqual([
    { epoch: 2.5, step: 35, stepsPerEpoch: 14, model: 'sam-tiny-vit', path: copy, digest },
  ]);
  expect(readFileSync(copy).equals(bytes)).toBe(true);
  expect(outputs.initial).toMatchObject([{ epoch: 0, step: 0, model: 'sam-tiny-vit' }]);
  const name = 'mask_decoder.iou_token.weight';
  const untouched = await readCheckpoint(outputs.initial[0]!);
  const doubled = untouched.get(name)!.data.map((value) => value * 2);
  expect(doubled).toEqual(trained.get(name)!.data);
  expect(events).toContainEqual({ type: 'artifact', name: TRAINED_DECODER, path: copy });
});

it('takes what was exported of a run, and files that say nothing of themselves', async () => {
  const exported = join(folder, 'decoder.onnx');
  await exportDecoder(trained, exported, { model: 'sam-tiny-vit', epoch: 2 });
  const plain = join(folder, 'plain.safetensors');
  writeFileSync(plain, writeSafetensors(trained));
  for (const [file, epoch] of [
    [exported, 2],
    [plain, 0],
  ] as const) {
    const { outputs } = await runStage(loadCheckpoint, { options: { path: file } });
    expect(outputs.checkpoint).toMatchObject([{ epoch, step: 0 }]);
    const weights = await readCheckpoint(outputs.checkpoint[0]!);
    expect(Buffer.compare(writeSafetensors(weights), writeSafetensors(trained))).toBe(0);
  }
});

it('says before anything runs what can not be taken', async () => {
  const lacks = async (file: string, model = 'sam-tiny-vit') =>
    (await loadCheckpoint.lacks!({ path: file, model })).map(({ option, message }) => `${option}: ${message}`);
  expect(await lacks(path)).toEqual([]);
  expect(await lacks(path, 'mobile-sam')).toEqual([expect.stringContaining('model: the model "mobile-sam" is not in')]);
  expect(await lacks(path, 'sam-vit-b')).toContainEqual(
    `path: ${path} was fine-tuned from "sam-tiny-vit" (tiny-vit); it does not fit "sam-vit-b" (vit-b)`,
  );
  expect(await lacks(join(folder, 'none.safetensors'))).toEqual([
    expect.stringContaining('path: there is no model file'),
  ]);
  const cut = join(folder, 'cut.safetensors');
  writeFileSync(cut, bytes.subarray(0, 9999));
  expect(await lacks(cut)).toEqual([expect.stringContaining('is no valid safetensors file')]);
  const other = join(folder, 'other.safetensors');
  writeFileSync(other, writeSafetensors(new Map([...trained].slice(1))));
  expect(await lacks(other)).toEqual([expect.stringContaining('missing 1: ')]);
});
