import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { expect, it } from 'vitest';
import { processMark, processState } from './process-mark.js';

it('knows a living process, a dead one, and one that has its number but not its start', async () => {
  const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)']);
  const mark = { ...processMark(), pid: child.pid! };
  expect(processState(processMark())).toBe('alive');
  // The start is that of this process, so the other is not the one that was marked.
  expect(processState(mark)).toBe(mark.started === undefined ? 'alive' : 'gone');
  expect(processState({ pid: child.pid!, host: mark.host })).toBe('alive');
  child.kill('SIGKILL');
  await once(child, 'exit');
  expect(processState({ pid: child.pid!, host: mark.host })).toBe('gone');
});

it('says nothing about another machine, and takes no number for more than it is', () => {
  expect(processState({ ...processMark(), host: 'elsewhere.invalid' })).toBe('unknown');
  for (const pid of [0, -1, 1.5, NaN, 2 ** 53]) {
    expect(processState({ pid, host: processMark().host })).toBe('gone');
  }
});
