import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { from } from 'rxjs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openRunFolder } from '../create-run-folder.js';
import type { MetricValues, RunEvent } from '../run-event.js';
import type { ObservedRun } from './run-observer.js';
import { writeMetrics } from './write-metrics.js';

let folder: string;
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'sluice-metrics-'))));
afterEach(() => rmSync(folder, { recursive: true, force: true }));

async function write(rows: readonly MetricValues[]): Promise<{ csv: string[][]; jsonl: Record<string, unknown>[] }> {
  let time = 0;
  const observed = {
    run: openRunFolder(folder, 'test'),
    startedAt: new Date(0),
    now: () => new Date((time += 500)),
  } as unknown as ObservedRun;
  const events = rows.map((values): RunEvent => ({ type: 'metric', stage: 'a', scope: 'step', values }));
  await writeMetrics(from(events), observed);
  const read = (name: string): string[] => readFileSync(join(folder, name), 'utf8').trimEnd().split('\n');
  return {
    csv: read('metrics.csv').map((line) => line.split(',')),
    jsonl: read('metrics.jsonl').map((line) => JSON.parse(line) as Record<string, unknown>),
  };
}

describe('the metrics files', () => {
  it('have a column for each metric that any row has, in the order of appearance', async () => {
    const { csv, jsonl } = await write([{ loss: 1 }, { f1: 0.5 }, { loss: 2, f1: 0.25, note: null }]);
    expect(csv).toEqual([
      ['seconds', 'stage', 'scope', 'loss', 'f1', 'note'],
      ['0.5', 'a', 'step', '1', '', ''],
      ['1', 'a', 'step', '', '0.5', ''],
      ['1.5', 'a', 'step', '2', '0.25', ''],
    ]);
    expect(jsonl[2]).toEqual({ seconds: 1.5, stage: 'a', scope: 'step', loss: 2, f1: 0.25, note: null });
  });

  it('give every number back exactly', async () => {
    const numbers = [
      0.1 + 0.2,
      1 / 3,
      1e-300,
      5e-324,
      1.7976931348623157e308,
      -0.1,
      123456789.12345679,
      Math.fround(0.1),
    ];
    const { csv, jsonl } = await write(numbers.map((x) => ({ x })));
    expect(csv.slice(1).map((row) => Number(row[3]))).toEqual(numbers);
    expect(jsonl.map(({ x }) => x)).toEqual(numbers);
  });

  it('write what is no number as such', async () => {
    const { csv, jsonl } = await write([{ x: Number.NaN }, { x: -Infinity }]);
    expect(csv.slice(1).map((row) => row[3])).toEqual(['NaN', '-Infinity']);
    expect(jsonl.map(({ x }) => x)).toEqual(['NaN', '-Infinity']);
  });

  it('quote what a comma, a quote or a line break would break', async () => {
    await write([{ text: 'a,"b"\nc' }, { text: 'd' }]);
    expect(readFileSync(join(folder, 'metrics.csv'), 'utf8')).toBe(
      'seconds,stage,scope,text\n0.5,a,step,"a,""b""\nc"\n1,a,step,d\n',
    );
  });

  it('do not exist where there is no metric', async () => {
    await expect(write([])).rejects.toThrow('ENOENT');
  });

  it('keep up with thousands of rows', async () => {
    const { csv } = await write(Array.from({ length: 5000 }, (_, step) => ({ step, loss: 1 / (step + 1) })));
    expect(csv).toHaveLength(5001);
  });
});
