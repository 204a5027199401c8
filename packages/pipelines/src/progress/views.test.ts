import { PassThrough } from 'node:stream';
import type { RunEvent } from '@sluice/core';
import { describe, expect, it } from 'vitest';
import { barsView, formatBar } from './bars-view.js';
import { linesView } from './lines-view.js';
import type { ProgressView } from './progress-view.js';
import { beforeRun, nextStatus } from './run-status.js';

const progress = (done: number): RunEvent => ({
  type: 'progress',
  stage: 'encode',
  done,
  total: 100,
  unit: 'images',
  note: '2/s',
});
const events: readonly RunEvent[] = [
  { type: 'run-started', run: 'r', folder: '/runs/r', pipeline: 'p', stages: ['encode'] },
  { type: 'stage-started', stage: 'encode' },
  ...Array.from({ length: 100 }, (_, index) => progress(index + 1)),
  { type: 'metric', stage: 'encode', scope: 'epoch', values: { epoch: 1, f1: 0.5 } },
  { type: 'stage-finished', stage: 'encode', milliseconds: 10_000 },
];

/** Plays the events at one every 100 ms. */
function play(view: ProgressView, tick: () => void): void {
  let status = beforeRun;
  for (const event of events) {
    tick();
    status = nextStatus(status, event);
    view.update(status, event);
  }
  view.stop();
}

describe('plain lines', () => {
  it('show starts, ends and epochs, and progress every few seconds at most', () => {
    let text = '';
    let time = 0;
    const view = linesView(
      (line) => (text += line),
      () => time,
    );
    play(view, () => (time += 100));
    expect(text).toBe(`r: 1 stage, files in /runs/r
encode: started
encode: 50/100 images  2/s
encode: 100/100 images  2/s
encode: epoch 1 · f1 0.5000
encode: done  100/100 images  10.0 s
`);
  });
});

describe('bars', () => {
  it('show how far a stage is, its count and its note, and the time at the end', () => {
    const [running, done] = [102, events.length].map(
      (count) => events.slice(0, count).reduce(nextStatus, beforeRun).stages[0]!,
    );
    expect(formatBar({ ...running!, done: 50 }, 8)).toBe('encode    ██████████░░░░░░░░░░  50/100 images  2/s');
    expect(formatBar(done!, 6)).toBe('encode  ████████████████████  100/100 images  10.0 s');
  });

  it('leave log lines and the last picture on the terminal, and the cursor visible', () => {
    const stream = Object.assign(new PassThrough(), { isTTY: true, columns: 80 });
    const view = barsView(stream);
    view.log('a line of the log');
    play(view, () => undefined);
    const text = String(stream.read());
    expect(text).toContain('a line of the log');
    expect(text).toContain('100/100 images');
    expect(text.lastIndexOf('\u001b[?25h')).toBeGreaterThan(text.lastIndexOf('\u001b[?25l'));
  });
});
