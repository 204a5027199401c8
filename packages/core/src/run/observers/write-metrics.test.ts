import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { from, Subject } from 'rxjs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openRunFolder } from '../create-run-folder.js';
import type { MetricValues, RunEvent } from '../run-event.js';
import type { ObservedRun } from './run-observer.js';
import { writeMetrics } from './write-metrics.js';

let folder: string;
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'sluice-metrics-'))));
afterEach(() => rmSync(folder, { recursive: true, force: true }));

type Metric = Pick<Extract<RunEvent, { type: 'metric' }>, 'stage' | 'values' | 'timing'>;
const metric = (event: Metric): RunEvent => ({ type: 'metric', scope: 'step', ...event });
const finished: RunEvent = { type: 'run-finished', milliseconds: 1, edges: [] };

const observed = (): ObservedRun => {
  let time = 0;
  return {
    run: openRunFolder(folder, 'test'),
    plan: { stages: [{ id: 'a' }, { id: 'b' }] },
    startedAt: new Date(0),
    now: () => new Date((time += 500)),
  } as unknown as ObservedRun;
};
const text = (name: string): string => readFileSync(join(folder, name), 'utf8');
const lines = (name: string): string[] => text(name).trimEnd().split('\n');

async function write(rows: readonly MetricValues[]): Promise<{ csv: string[][]; jsonl: Record<string, unknown>[] }> {
  await writeMetrics(from(rows.map((values) => metric({ stage: 'a', values }))), observed());
  return {
    csv: lines('metrics.csv').map((line) => line.split(',')),
    jsonl: lines('metrics.jsonl').map((line) => JSON.parse(line) as Record<string, unknown>),
  };
}

describe('the metrics files', () => {
  it('have a column for each metric that any row has, in the order of appearance', async () => {
    const { csv, jsonl } = await write([{ loss: 1 }, { f1: 0.5 }, { loss: 2, f1: 0.25, note: null }]);
    expect(csv).toEqual([
      ['stage', 'scope', 'loss', 'f1', 'note'],
      ['a', 'step', '1', '', ''],
      ['a', 'step', '', '0.5', ''],
      ['a', 'step', '2', '0.25', ''],
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
    expect(csv.slice(1).map((row) => Number(row[2]))).toEqual(numbers);
    expect(jsonl.map(({ x }) => x)).toEqual(numbers);
  });

  it('write what is no number as such', async () => {
    const { csv, jsonl } = await write([{ x: Number.NaN }, { x: -Infinity }]);
    expect(csv.slice(1).map((row) => row[2])).toEqual(['NaN', '-Infinity']);
    expect(jsonl.map(({ x }) => x)).toEqual(['NaN', '-Infinity']);
  });

  it('quote what a comma, a quote or a line break would break', async () => {
    await write([{ text: 'a,"b"\nc' }, { text: 'd' }]);
    expect(readFileSync(join(folder, 'metrics.csv'), 'utf8')).toBe('stage,scope,text\na,step,"a,""b""\nc"\na,step,d\n');
  });

  it('do not exist where there is no metric', async () => {
    await expect(write([])).rejects.toThrow('ENOENT');
  });

  it('keep up with thousands of rows', async () => {
    const { csv } = await write(Array.from({ length: 5000 }, (_, step) => ({ step, loss: 1 / (step + 1) })));
    expect(csv).toHaveLength(5001);
  });

  it('keep times and speeds out of the CSV', async () => {
    const events = [metric({ stage: 'a', values: { loss: 1 }, timing: { images_per_second: 3 } })];
    await writeMetrics(from(events), observed());
    expect(lines('metrics.csv')).toEqual(['stage,scope,loss', 'a,step,1']);
    expect(JSON.parse(text('metrics.jsonl'))).toMatchObject({ seconds: 0.5, images_per_second: 3, loss: 1 });
  });

  it('end with the same CSV in whatever order the rows of several stages came', async () => {
    const a = [1, 2, 3].map((loss) => metric({ stage: 'a', values: { loss } }));
    const b = [4, 5].map((f1) => metric({ stage: 'b', values: { epoch: f1, f1 } }));
    const orders = [
      [...a, ...b],
      [...b, ...a],
      [a[0]!, b[0]!, a[1]!, b[1]!, a[2]!],
    ];
    const files: string[] = [];
    for (const events of orders) {
      await writeMetrics(from(events), observed());
      files.push(text('metrics.csv'));
      for (const name of readdirSync(folder)) rmSync(join(folder, name));
    }
    expect(files[0]).toBe('stage,scope,loss,epoch,f1\na,step,1,,\na,step,2,,\na,step,3,,\nb,step,,4,4\nb,step,,5,5\n');
    expect(files[1]).toBe(files[0]);
    expect(files[2]).toBe(files[0]);
  });

  it('show each row while the run goes on', async () => {
    const events = new Subject<RunEvent>();
    const written = writeMetrics(events, observed());
    for (const loss of [1, 2]) {
      events.next(metric({ stage: 'a', values: { loss } }));
      await expect.poll(() => existsSync(join(folder, 'metrics.csv')) && lines('metrics.csv').length).toBe(loss + 1);
    }
    events.complete();
    await written;
  });
});

describe('the metrics files of a resumed run', () => {
  const rows = [1, 2, 3].map((loss) => metric({ stage: 'a', values: { loss } }));
  const play = (events: readonly RunEvent[]): Promise<void> => writeMetrics(from(events), observed());

  it('are those before until there are as many rows, then the new ones', async () => {
    await play(rows.slice(0, 2));
    const before = [text('metrics.csv'), text('metrics.jsonl')];
    const events = new Subject<RunEvent>();
    const written = writeMetrics(events, observed());
    events.next(rows[0]!);
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect([text('metrics.csv'), text('metrics.jsonl')]).toEqual(before);
    for (const row of rows.slice(1)) events.next(row);
    events.complete();
    await written;
    expect(lines('metrics.csv')).toEqual(['stage,scope,loss', 'a,step,1', 'a,step,2', 'a,step,3']);
    expect(readdirSync(folder)).toEqual(['metrics.csv', 'metrics.jsonl']);
  });

  it('stay as they were where it fails early', async () => {
    await play(rows);
    await play(rows.slice(0, 1));
    expect(lines('metrics.csv')).toHaveLength(4);
    expect(lines('metrics.jsonl')).toHaveLength(3);
  });

  it('are replaced by fewer rows where it ends well', async () => {
    await play(rows);
    await play([rows[0]!, finished]);
    expect(lines('metrics.csv')).toEqual(['stage,scope,loss', 'a,step,1']);
  });
});
