import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { writeDemoDataset } from '@sluice/data';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runFile, type RunOutcome } from './run-file.js';

/** The example of each dataset format, whole, on the same few small pictures: real weights, one epoch. */
const formats: readonly string[] = ['coco', 'voc-semantic', 'voc-instance', 'common-semantic-segmentation', 'datumaro'];
const folder = mkdtempSync(path.join(tmpdir(), 'sluice-formats-'));
const silent = { out: () => undefined, err: () => undefined, screen: undefined };
const outcomes = new Map<string, RunOutcome>();

beforeAll(async () => {
  for (const format of formats) {
    const data = path.join(folder, format);
    await writeDemoDataset(data, { seed: 2, train: 1, val: 1, test: 1, width: 240, height: 180, format });
    const outcome = await runFile({
      file: fileURLToPath(new URL(`../../../examples/${format}/pipeline.yaml`, import.meta.url)),
      set: [`vars.data=${data}`, 'vars.epochs=1', 'stages.prompts.with.jitter=0'],
      selection: { to: ['test'] },
      runsDir: path.join(folder, 'runs'),
      cacheDir: path.join(folder, 'cache'),
      threads: 2,
      terminal: silent,
    });
    outcomes.set(format, outcome);
  }
}, 240_000);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('the examples of the dataset formats', () => {
  it.each(formats)('%s runs to its end', (format) => {
    const { failure, status } = outcomes.get(format)!;
    expect(failure).toBeUndefined();
    expect(status.final).toHaveLength(2);
  });

  it('end with the same scores, for the pictures, instances and prompts are the same', () => {
    const scores = [...outcomes.values()].map(({ status }) => status.final.map(({ values }) => values));
    expect(scores[0]![1]!['f1']).toBeGreaterThan(0.3);
    for (const score of scores) expect(score).toEqual(scores[0]);
  });

  it('encode each picture once for all of them', () => {
    const made = [...outcomes.values()].map(({ status }) => {
      const counted = status.stages.find(({ id }) => id === 'encode')!.counted;
      return counted.get('embeddings made') ?? 0;
    });
    expect(made).toEqual([3, 0, 0, 0, 0]);
  });
});
