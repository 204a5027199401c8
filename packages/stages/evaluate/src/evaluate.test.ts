import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openContentStore } from '@sluice/core';
import { runStage } from '@sluice/core/testing';
import { promptSampler, type Sample } from '@sluice/data';
import {
  createOnnxRuntimeEngine,
  loadSamWeights,
  writeSafetensors,
  type Checkpoint,
  type EncodedSample,
  type TensorEngine,
} from '@sluice/models';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { evaluate } from './evaluate.js';
import type { EvaluateOptions } from './options.js';

let folder: string;
let engine: TensorEngine;
let checkpoint: Checkpoint;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'sluice-evaluate-'));
  engine = createOnnxRuntimeEngine({ threads: 2 });
  const bytes = writeSafetensors(await loadSamWeights('sam-tiny-vit'), {});
  const path = join(folder, 'epoch-000.safetensors');
  writeFileSync(path, bytes);
  const digest = createHash('sha256').update(bytes).digest('hex');
  checkpoint = { epoch: 0, step: 0, stepsPerEpoch: 1, model: 'sam-tiny-vit', path, digest };
});
afterAll(async () => {
  await engine.dispose();
  rmSync(folder, { recursive: true });
});

const image = { path: 'a.png', width: 96, height: 64 };
const sample: Sample = {
  key: 'val/a',
  id: 'a',
  subset: 'val',
  image,
  instances: [10, 50].map((x) => ({
    id: String(x),
    category: 'leaf',
    mask: { kind: 'polygons', rings: [[x, 10, x + 30, 10, x + 30, 50, x, 50]] },
  })),
};
const encoded: EncodedSample = {
  key: 'val/a',
  subset: 'val',
  image,
  frame: { size: 1024, width: 1024, height: 683 },
  digest: 'waves',
  load: () => Promise.resolve(Float32Array.from({ length: 4096 * 256 }, (_, i) => Math.sin(i * 0.37) * 0.3)),
};

async function scored(prompts: EvaluateOptions['prompts'], boxes = true) {
  const { outputs, events } = await runStage(evaluate, {
    options: { subset: 'val', scope: 'final', 'if-empty': 'fail', prompts },
    services: { engine, store: openContentStore(join(folder, 'store')) },
    inputs: {
      checkpoints: [checkpoint],
      embeddings: [encoded],
      prompts: [promptSampler({ seed: 0, boxes, points: !boxes })(sample)],
    },
  });
  const rows = events.flatMap((event) => (event.type === 'metric' ? [event.values] : []));
  return { f1: outputs.metrics[0]!.scores.f1, rows };
}

it('scores with the prompts as given, with boxes, with points, and with both, whose mean counts', async () => {
  const [given, boxes, points] = [await scored('as-given'), await scored('boxes'), await scored('points')];
  expect(given.rows[0]).not.toHaveProperty('prompts');
  expect(boxes.f1).toBe(given.f1);
  expect(points.f1).not.toBe(boxes.f1);
  expect((await scored('as-given', false)).f1).toBe(points.f1);
  const both = await scored('boxes-and-points');
  expect(both.f1).toBe((boxes.f1 + points.f1) / 2);
  expect(both.rows.map((row) => [row['prompts'], row['f1']])).toEqual([
    ['boxes', boxes.f1],
    ['points', points.f1],
    ['boxes-and-points', both.f1],
  ]);
});
