import { mkdirSync, mkdtempSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openStateStore } from '../state/state-store.js';
import { collectGarbage } from './collect-garbage.js';
import { openContentStore } from './content-store.js';
import { describeStore } from './describe-store.js';
import { statesFolder } from './list-entries.js';
import { openRunReferences, withStateReferences } from './run-references.js';
import { verifyStore } from './verify-store.js';

let dir: string;
let run: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'sluice-states-'));
  run = join(dir, 'a-run');
  mkdirSync(run);
});
afterEach(() => rmSync(dir, { recursive: true }));

const states = () => openStateStore(statesFolder(dir));
const now = Date.now() + 1000;

describe('states in the cache', () => {
  it('go with the garbage, unless a run that is still there goes on from them', async () => {
    const free = await states().open({ lr: 1 });
    await free.write(1, Buffer.from('free'));
    const kept = await withStateReferences(states(), openRunReferences(dir, run)).open({ lr: 2 });
    const path = await kept.write(1, Buffer.from('kept'));
    const first = await collectGarbage(dir, { maxBytes: 0, now });
    expect(first.removed.map(({ kind, key }) => [kind, key])).toEqual([['state', free.key]]);
    expect(await free.read()).toBeUndefined();
    expect(Buffer.from((await kept.read())!.content).toString()).toBe('kept');
    rmSync(run, { recursive: true });
    const second = await collectGarbage(dir, { maxBytes: 0, now });
    expect(second.removed.map(({ path: removed }) => removed)).toEqual([path]);
  });

  it('are as old as their last snapshot, among all that is kept', async () => {
    const state = await states().open({ lr: 1 });
    const path = await state.write(1, Buffer.alloc(1000));
    utimesSync(path, 1000, 1000);
    await openContentStore(dir).write('a'.repeat(64), Buffer.alloc(1000));
    const { removed, kept } = await collectGarbage(dir, { maxBytes: 1500, now });
    expect([removed, kept].map((entries) => entries.map(({ kind }) => kind))).toEqual([['state'], ['content']]);
  });

  it('are listed and verified with the rest; one of a newer release is not judged', async () => {
    const state = await states().open({ lr: 1 });
    await state.write(1, Buffer.from('one'));
    const path = await state.write(2, Buffer.from('two'));
    expect((await describeStore(dir)).entries.map(({ key, kind }) => [key, kind])).toEqual([
      [state.key, 'state'],
      [state.key, 'state'],
    ]);
    expect(await verifyStore(dir)).toMatchObject({ intact: 2, damaged: [] });

    const bytes = readFileSync(path);
    bytes[bytes.length - 1]! ^= 1;
    writeFileSync(path, bytes);
    expect((await verifyStore(dir)).damaged.map((entry) => entry.path)).toEqual([path]);
    bytes.writeUInt32LE(99, 'sluice-state'.length);
    writeFileSync(path, bytes);
    expect((await verifyStore(dir)).damaged).toEqual([]);
  });
});
