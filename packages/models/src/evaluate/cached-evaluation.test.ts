import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openContentStore } from '@sluice/core';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { Checkpoint } from '../contracts.js';
import { cachedEvaluation, type CachedEvaluationOptions } from './cached-evaluation.js';
import type { LabelledEmbedding } from './pair-samples.js';

let folder: string;
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'sluice-evaluations-'))));
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const checkpoint = (digest: string) => ({ digest }) as Checkpoint;
const sample = (key: string, embedding = 'e', jitter = 0) =>
  ({ key, encoded: { digest: embedding }, prompted: { identity: () => ({ jitter }) } }) as unknown as LabelledEmbedding;
const engine = { name: 'onnxruntime', version: '1.0.0' };

function scoring(options: Partial<CachedEvaluationOptions> = {}, f1 = 1 / 3) {
  const evaluate = () =>
    Promise.resolve({
      images: 1,
      instances: 2,
      scores: { f1, iou: 0.1 + 0.2, precision: 1, recall: 0, f1_macro: 5e-324, iou_macro: 1 },
    });
  return cachedEvaluation({ store: openContentStore(folder), engine, samples: [sample('a')], evaluate, ...options });
}

it('gives back the same scores, exactly, without computing them again', async () => {
  const { computed, ...first } = await scoring()(checkpoint('1'));
  expect(computed).toBe(true);
  expect(await scoring({}, 0)(checkpoint('1'))).toEqual({ ...first, computed: false });
});

it.each([
  ['checkpoint', {}, '2'],
  ['engine', { engine: { ...engine, version: '1.0.1' } }, '1'],
  ['set of samples', { samples: [sample('a'), sample('b')] }, '1'],
  ['embedding', { samples: [sample('a', 'f')] }, '1'],
  ['kind of prompt', { kind: 'point' }, '1'],
  ['way to ask', { samples: [sample('a', 'e', 0.1)] }, '1'],
] as const)('computes them for another %s', async (_, options, digest) => {
  await scoring()(checkpoint('1'));
  expect(await scoring(options)(checkpoint(digest))).toMatchObject({ computed: true });
});

it('keeps no scores that are no numbers', async () => {
  await scoring({}, Number.NaN)(checkpoint('1'));
  expect(await scoring({}, 0.5)(checkpoint('1'))).toMatchObject({ computed: true, scores: { f1: 0.5 } });
});
