import { spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { FileSystem } from '../files/file-system.js';
import { quickFiles } from '../testing/fixtures/faulty-files.js';
import { keyNumber } from '../testing/fixtures/store-content.js';
import { collectGarbage, type GarbageReport } from './collect-garbage.js';
import { openContentStore } from './content-store.js';
import { describeStore } from './describe-store.js';
import { entryPath } from './list-entries.js';
import { KEYS_FILE, openRunReferences, rootPath, withReferences } from './run-references.js';

const HOUR = 3_600_000;
const now = Date.now();

let folder: string;
let dir: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'sluice-garbage-'));
  dir = join(folder, 'store');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** An entry of 100 bytes that was used so many hours ago. */
async function entry(number: number, hoursAgo: number): Promise<void> {
  await openContentStore(dir, { files: quickFiles }).write(keyNumber(number), new Uint8Array(60));
  const seconds = (now - hoursAgo * HOUR) / 1000;
  utimesSync(entryPath(dir, keyNumber(number)), seconds, seconds);
}

function runFolder(name: string): string {
  const run = join(folder, 'runs', name);
  mkdirSync(run, { recursive: true });
  return run;
}

const numbersOf = (entries: GarbageReport['removed']): number[] =>
  entries.map(({ key }) => Array.from({ length: 20 }, (_, number) => keyNumber(number)).indexOf(key));
const there = (number: number): boolean => existsSync(entryPath(dir, keyNumber(number)));

describe('collecting garbage', () => {
  it('removes what was not used for longest until the store fits', async () => {
    for (const [number, hoursAgo] of [3, 1, 5, 2, 4].entries()) await entry(number, hoursAgo);
    const report = await collectGarbage(dir, { maxBytes: 250, now });
    expect(numbersOf(report.removed)).toEqual([2, 4, 0]);
    expect(numbersOf(report.kept).sort()).toEqual([1, 3]);
    expect([0, 1, 2, 3, 4].filter(there)).toEqual([1, 3]);
    expect((await collectGarbage(dir, { maxBytes: 250, now })).removed).toEqual([]);
  });

  it('removes what was not used for so long, and a hit counts as use', async () => {
    for (const number of [0, 1, 2]) await entry(number, 48);
    await openContentStore(dir).read(keyNumber(1));
    const report = await collectGarbage(dir, { olderThanMs: 24 * HOUR, now });
    expect(numbersOf(report.removed).sort()).toEqual([0, 2]);
    expect(there(1)).toBe(true);
  });

  it('only says what would go when run dry', async () => {
    await entry(0, 1);
    mkdirSync(runFolder('gone'), { recursive: true });
    await openRunReferences(dir, runFolder('gone')).add(keyNumber(0));
    rmSync(runFolder('gone'), { recursive: true });
    const report = await collectGarbage(dir, { maxBytes: 0, dryRun: true, now });
    expect(numbersOf(report.removed)).toEqual([0]);
    expect(report.goneRuns).toEqual([join(folder, 'runs', 'gone')]);
    expect(there(0)).toBe(true);
    expect(readdirSync(join(dir, 'roots'))).toHaveLength(1);
    expect(await collectGarbage(dir, { maxBytes: 0, now })).toEqual(report);
    expect(there(0)).toBe(false);
    expect(readdirSync(join(dir, 'roots'))).toEqual([]);
  });

  it('keeps what a run refers to as long as its folder is there', async () => {
    const run = runFolder('Lauf "ü" 1\n2');
    const references = openRunReferences(dir, run);
    const store = withReferences(openContentStore(dir), references);
    for (const number of [0, 1, 2, 3]) await entry(number, 10);
    await store.read(keyNumber(0));
    await store.has(keyNumber(1));
    writeFileSync(join(run, 'manifest.json'), JSON.stringify({ used: `sha256-${keyNumber(2)}` }));
    const report = await collectGarbage(dir, { maxBytes: 0, olderThanMs: 0, now });
    expect(numbersOf(report.removed)).toEqual([3]);
    expect(numbersOf(report.referenced).sort()).toEqual([0, 1, 2]);
    expect(await describeStore(dir)).toMatchObject({ runs: [{ folder: run, entries: 3, bytes: 300 }] });
    rmSync(run, { recursive: true });
    expect(await collectGarbage(dir, { maxBytes: 0, now })).toMatchObject({ goneRuns: [run], kept: [] });
  });

  it('ignores a line that was cut off, and loses none that comes after it', async () => {
    const run = runFolder('torn');
    await entry(0, 1);
    await entry(1, 1);
    await entry(2, 1);
    await openRunReferences(dir, run).add(keyNumber(0));
    writeFileSync(join(run, KEYS_FILE), keyNumber(1).slice(0, 30), { flag: 'a' });
    await openRunReferences(dir, run).add(keyNumber(2));
    expect(numbersOf((await collectGarbage(dir, { maxBytes: 0, now })).removed)).toEqual([1]);
  });

  it.each(['an empty file', 'another path', 'a relative path'])(
    'removes nothing while a root is damaged: %s',
    async (what) => {
      await entry(0, 1);
      const run = runFolder('a');
      await openRunReferences(dir, run).add(keyNumber(5));
      const content = { 'an empty file': '', 'another path': `${run}b`, 'a relative path': 'runs/a' }[what]!;
      writeFileSync(rootPath(dir, run), content);
      await expect(collectGarbage(dir, { maxBytes: 0, now })).rejects.toMatchObject({
        code: 'core/ROOT_UNREADABLE',
        message: expect.stringContaining(rootPath(dir, run)),
      });
      expect(there(0)).toBe(true);
    },
  );

  it('puts back what a run comes to refer to while it collects', async () => {
    for (const number of [0, 1, 2]) await entry(number, 1);
    const store = withReferences(openContentStore(dir), openRunReferences(dir, runFolder('late')));
    const found: boolean[] = [];
    const files: FileSystem = {
      ...quickFiles,
      rename: async (from, to) => {
        // A run finds the entry just before it is put aside.
        if (from === entryPath(dir, keyNumber(1))) found.push(await store.has(keyNumber(1)));
        await quickFiles.rename(from, to);
      },
    };
    const { removed } = await collectGarbage(dir, { maxBytes: 0, now, files });
    expect(found).toEqual([true]);
    expect(numbersOf(removed).sort()).toEqual([0, 2]);
    expect(await store.has(keyNumber(1))).toBe(true);
  });

  it('does without what another has removed meanwhile', async () => {
    for (const number of [0, 1, 2]) await entry(number, 1);
    const reports = await Promise.all([0, 1, 2, 3].map(async () => collectGarbage(dir, { maxBytes: 0, now })));
    expect(reports.flatMap(({ removed }) => numbersOf(removed)).sort()).toEqual([0, 1, 2]);
  });

  it('finds nothing where there is no store, and leaves what is not its own alone', async () => {
    expect(await collectGarbage(dir, { maxBytes: 0, now })).toMatchObject({ removed: [], kept: [] });
    expect(existsSync(dir)).toBe(false);
    for (const name of ['notes.txt', 'ab', 'ab/notes.txt', 'ab/cd.tmp', 'roots/notes.txt', 'abc/d']) {
      if (name === 'ab') continue;
      mkdirSync(join(dir, name, '..'), { recursive: true });
      writeFileSync(join(dir, name), 'mine');
      utimesSync(join(dir, name), 1, 1);
    }
    mkdirSync(entryPath(dir, keyNumber(0)), { recursive: true });
    expect(await collectGarbage(dir, { maxBytes: 0, now })).toMatchObject({ removed: [], kept: [], leftovers: [] });
    expect(readFileSync(join(dir, 'ab/cd.tmp'), 'utf8')).toBe('mine');
  });
});

describe('temporary files', () => {
  const deadPid = spawnSync(process.execPath, ['--version']).pid;
  const leave = (pid: number, hoursAgo: number): string => {
    const path = `${entryPath(dir, keyNumber(0))}.${pid}-0123456789ab.tmp`;
    mkdirSync(join(path, '..'), { recursive: true });
    writeFileSync(path, 'half');
    const seconds = (now - hoursAgo * HOUR) / 1000;
    utimesSync(path, seconds, seconds);
    return path;
  };

  it.each([
    ['goes when its writer was killed over an hour ago', deadPid, 1.1, false],
    ['stays when it was written lately: its writer may be on another machine', deadPid, 0.9, true],
    ['stays as long as its writer lives', process.pid, 23, true],
    ['goes after a day, when another process has got the number', process.pid, 25, false],
    ['stays when the clock was set back', deadPid, -1, true],
  ] as const)('%s', async (_title, pid, hoursAgo, stays) => {
    const path = leave(pid, hoursAgo);
    const { leftovers, kept } = await collectGarbage(dir, { now });
    expect(kept).toEqual([]);
    expect(leftovers.map((left) => left.path)).toEqual(stays ? [] : [path]);
    expect(existsSync(path)).toBe(stays);
  });

  it('are no entries', async () => {
    leave(deadPid, 2);
    expect(await openContentStore(dir).read(keyNumber(0))).toBeUndefined();
    expect(await describeStore(dir)).toMatchObject({ entries: [], temporary: [{ bytes: 4, pid: deadPid }] });
  });
});
