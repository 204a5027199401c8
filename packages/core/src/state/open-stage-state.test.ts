import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { openRunFolder } from '../run/create-run-folder.js';
import { openStageState } from './open-stage-state.js';
import { openStateStore } from './state-store.js';

let folder: string;
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'sluice-stage-state-'))));
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const dependencies = {
  options: { epochs: 3, optimizer: { lr: 1 } },
  samples: { a: 'x'.repeat(64), b: 'b' },
  list: [1],
};
const open = (changed: object = {}, run = 'one') => {
  const context = { id: 'train', run: openRunFolder(join(folder, run), run) };
  return openStageState(context, openStateStore(join(folder, 'states')), { ...dependencies, ...changed });
};

it('writes down what the state depends on, and opens the same state for the same', async () => {
  const { key } = await open();
  expect(JSON.parse(readFileSync(join(folder, 'one', 'states', 'train.json'), 'utf8'))).toEqual(dependencies);
  expect((await open()).key).toBe(key);
  expect((await open({ list: [2] }, 'another')).key).not.toBe(key);
});

it.each([
  [{ options: { epochs: 4, optimizer: { lr: 1 } } }, 'options.epochs was 3, is 4'],
  [{ options: { epochs: 3, optimizer: { lr: 2 } } }, 'options.optimizer.lr was 1, is 2'],
  [{ samples: { a: 'y', b: 'b' } }, 'samples.a was "xxxxxxxxxxx…, is "y"'],
  [{ samples: { b: 'b' } }, 'samples.a is gone'],
  [{ samples: { ...dependencies.samples, c: 1 } }, 'samples.c is new'],
  [{ list: [1, 2] }, 'list was [1], is [1,2]'],
])('refuses to go on in the same run where %j changed, and names it', async (changed, message) => {
  await open();
  const refused = open(changed);
  await expect(refused).rejects.toMatchObject({ code: 'core/STATE_CHANGED' });
  await expect(refused).rejects.toThrow(`stage "train" of this run can't go on`);
  await expect(refused).rejects.toThrow(message);
});

it('names a few of many changes, and how many more there are', async () => {
  const samples = (value: number) => Object.fromEntries(Array.from({ length: 12 }, (_, i) => [`s${String(i)}`, value]));
  await open({ samples: samples(1) });
  await expect(open({ samples: samples(2) })).rejects.toThrow(/s4 was 1, is 2; and 7 more/);
});
