import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { headline } from './headline.js';
import { readMetricRows } from './read-metric-rows.js';

let folder: string;
beforeEach(() => (folder = mkdtempSync(path.join(tmpdir(), 'rows-'))));
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const line = (scope: string, values: object): string => JSON.stringify({ seconds: 1, stage: 'test', scope, ...values });

async function headlineOf(...lines: readonly string[]): Promise<string> {
  writeFileSync(path.join(folder, 'metrics.jsonl'), lines.join('\n'));
  return headline(await readMetricRows(folder));
}

it('is the first score of the last final row, past what the row is about', async () => {
  const before = line('final', { epoch: 0, step: 0, subset: 'test', images: 12, f1: 0.81, iou: 0.7 });
  const after = line('final', { epoch: 4, step: 9, subset: 'test', images: 12, f1: 0.906, iou: 0.8 });
  expect(await headlineOf(line('epoch', { epoch: 4, f1: 0.5 }), before, after, '')).toBe('f1 0.9060');
});

it('is that of the last epoch where the run did not come to its end', async () => {
  expect(await headlineOf(line('step', { loss: 1 }), line('epoch', { epoch: 3, f1: 0.5 }))).toBe('f1 0.5000 (epoch 3)');
});

it('is not disturbed by lines that were cut off or are something else', async () => {
  const whole = line('final', { f1: 0.5 });
  expect(await headlineOf(whole, '{"scope":"final","f1":', '["scope","final"]', 'null')).toBe('f1 0.5000');
  expect(await headlineOf(whole, line('final', { f1: { deep: 1 }, iou: 0.25 }))).toBe('iou 0.2500');
});

it('is nothing without numbers', async () => {
  expect(headline(await readMetricRows(path.join(folder, 'nowhere')))).toBe('');
  expect(await headlineOf('')).toBe('');
});
