import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { SluiceError } from '../errors/define-errors.js';
import type { FileSystem } from '../files/file-system.js';
import type { Logger } from '../services/logger.js';
import { faultyFiles, quickFiles, type FileCall } from '../testing/fixtures/faulty-files.js';
import { contentOf, keyNumber } from '../testing/fixtures/store-content.js';
import { collectGarbage } from './collect-garbage.js';
import { openContentStore } from './content-store.js';
import { entryPath } from './list-entries.js';
import { openRunReferences, withReferences } from './run-references.js';
import { verifyStore } from './verify-store.js';

const HOUR = 3_600_000;
const DAMAGED = 'damaged';

let folder: string;
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'sluice-faults-'))));
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const warnings: string[] = [];
const quiet = (): void => undefined;
const logger: Logger = { debug: quiet, info: quiet, error: quiet, warn: (message) => warnings.push(message) };
beforeEach(() => (warnings.length = 0));

/** Everything that a store does: writes, replaces, hits, finds damage, marks as used, keeps references, collects garbage, is verified. */
async function work(dir: string, files: FileSystem): Promise<string> {
  const store = join(dir, 'store');
  const run = join(dir, 'run');
  mkdirSync(run, { recursive: true });
  const content = withReferences(
    openContentStore(store, { files, logger }),
    openRunReferences(store, run, { files, logger }),
  );
  const results: string[] = [];
  for (const number of [1, 2, 1]) {
    const key = keyNumber(number);
    let found: Uint8Array | undefined = await content.read(key);
    if (found === undefined) {
      found = contentOf(number);
      await content.write(key, found);
    }
    results.push(Buffer.from(found).toString('base64'));
  }
  utimesSync(entryPath(store, keyNumber(1)), 1000, 1000);
  await content.has(keyNumber(1));
  writeFileSync(entryPath(store, keyNumber(2)), DAMAGED);
  if (await content.has(keyNumber(2))) throw new Error('a damaged entry was taken for intact');
  await content.write(keyNumber(2), contentOf(2));
  const free = openContentStore(store, { files, logger });
  await free.write(keyNumber(3), contentOf(3));
  await collectGarbage(store, { maxBytes: 0, now: Date.now(), files });
  const { intact, damaged } = await verifyStore(store, { repair: true, files });
  return JSON.stringify({ results, intact, damaged });
}

/** The calls that `work` makes when all goes well. */
async function callsOfWork(): Promise<readonly FileCall[]> {
  const { files, calls } = faultyFiles(() => undefined);
  await work(join(folder, 'counted'), files);
  return calls;
}

const everyFault = ['ENOSPC', 'EIO', 'EMFILE', 'EACCES', 'torn', 'torn silently'];

describe('a fault at each call of the file system (R16, R18)', () => {
  it.each(everyFault)(
    '%s: the store stays valid, the error is clear, and a repeat ends as without it',
    async (fault) => {
      const calls = await callsOfWork();
      expect(calls.length).toBeGreaterThan(60);
      const targets = calls.filter(({ name }) => name === 'write' || !fault.startsWith('torn'));
      const intended = await work(join(folder, 'intended'), quickFiles);
      let failed = 0;
      for (const { index } of targets) {
        const dir = join(folder, `${fault}-${index}`);
        const { files, calls: made } = faultyFiles((call) => (call.index === index ? fault : undefined));
        const error = await work(dir, files).then(
          () => undefined,
          (reason: unknown) => reason,
        );
        const { name, path } = made[index]!;
        if (error !== undefined) {
          failed++;
          expect(error, `${name} ${path}`).toBeInstanceOf(SluiceError);
          const { code, message } = error as SluiceError;
          expect(code).toMatch(/^core\/(STORE_FAILED|ROOT_UNREADABLE)$/);
          if (fault !== 'torn silently')
            expect(message).toContain(fault === 'torn' ? 'ENOSPC: injected' : `${fault}: injected`);
        }
        // Only a write that lies about its length leaves something to detect, beside what the work itself has damaged.
        const { damaged } = await verifyStore(join(dir, 'store'), { files: quickFiles });
        if (fault !== 'torn silently') expect(damaged.filter(({ bytes }) => bytes !== DAMAGED.length)).toEqual([]);
        expect(await work(dir, quickFiles), `${name} ${path}`).toBe(intended);
        rmSync(dir, { recursive: true });
      }
      if (fault !== 'torn silently') expect(failed).toBeGreaterThan(0);
    },
    120_000,
  );

  it('leaves nothing beside the entries where it can still remove', async () => {
    const { files } = faultyFiles(({ name }) => (name === 'fsync' ? 'EIO' : undefined));
    await expect(openContentStore(folder, { files }).write(keyNumber(1), contentOf(1))).rejects.toThrow('EIO');
    expect(readdirSync(join(folder, keyNumber(1).slice(0, 2)))).toEqual([]);
  });

  it.each([
    ['ENOSPC', /free some space; `sluice cache gc/],
    ['EDQUOT', /free some space/],
    ['EMFILE', /ulimit -n/],
    ['EROFS', /--cache-dir/],
    ['EIO', /disk or network folder fails/],
    ['EISDIR', /nothing else lies in the folder/],
  ])('%s names the entry, the reason and the remedy', async (code, remedy) => {
    const store = openContentStore(folder, { files: faultyFiles(() => code).files });
    for (const failing of [store.read(keyNumber(1)), store.write(keyNumber(1), contentOf(1))]) {
      const error: unknown = await failing.catch((reason: unknown) => reason);
      expect(error).toMatchObject({ code: 'core/STORE_FAILED', cause: { code } });
      const { message } = error as SluiceError;
      expect(message).toContain(entryPath(folder, keyNumber(1)));
      expect(message).toContain(`${code}: injected`);
      expect(message).toMatch(remedy);
    }
  });
});

describe('a store that cannot be written (R18)', () => {
  const readOnly = faultyFiles(({ name, path }) =>
    path.includes('store') && ['mkdir', 'rename', 'unlink', 'utimes', 'write'].includes(name) ? 'EROFS' : undefined,
  ).files;

  it('still gives its hits to a run, which says that it is not known there', async () => {
    const dir = join(folder, 'store');
    await openContentStore(dir).write(keyNumber(1), contentOf(1));
    utimesSync(entryPath(dir, keyNumber(1)), 1000, 1000);
    const references = openRunReferences(dir, folder, { files: readOnly, logger });
    const store = withReferences(openContentStore(dir, { files: readOnly, logger }), references);
    expect(await store.read(keyNumber(1))).toEqual(new Uint8Array(contentOf(1)));
    expect(await store.has(keyNumber(1))).toBe(true);
    expect(warnings).toEqual([expect.stringContaining('will not know of this run')]);
    await expect(store.write(keyNumber(2), contentOf(2))).rejects.toMatchObject({ code: 'core/STORE_FAILED' });
  });

  it('does not give what is damaged, though it cannot be removed', async () => {
    const dir = join(folder, 'store');
    await openContentStore(dir).write(keyNumber(1), contentOf(1));
    writeFileSync(entryPath(dir, keyNumber(1)), 'damaged');
    expect(await openContentStore(dir, { files: readOnly, logger }).read(keyNumber(1))).toBeUndefined();
    expect(warnings).toEqual(['a damaged entry cannot be removed']);
    expect(existsSync(entryPath(dir, keyNumber(1)))).toBe(true);
  });
});

describe('the clock (R18)', () => {
  it('set back an hour changes no hit, and what is used then is used last', async () => {
    const dir = join(folder, 'store');
    const now = Date.now();
    const store = openContentStore(dir, { now: () => now - HOUR });
    for (const number of [1, 2]) await store.write(keyNumber(number), contentOf(number));
    for (const number of [1, 2]) expect(await store.has(keyNumber(number))).toBe(true);
    const usedAt = (number: number): number => statSync(entryPath(dir, keyNumber(number))).mtimeMs;
    expect(Math.abs(usedAt(1) - (now - HOUR))).toBeLessThan(2000);
    expect((await collectGarbage(dir, { olderThanMs: HOUR / 2, now: now - HOUR })).removed).toEqual([]);
    // Back to the right time: both are an hour old now.
    expect((await collectGarbage(dir, { olderThanMs: HOUR / 2, now })).removed).toHaveLength(2);
  });

  it('is written to an entry once an hour at most', async () => {
    const { files, calls } = faultyFiles(() => undefined);
    let now = Date.now();
    const store = openContentStore(folder, { files, now: () => now });
    const marks = (): number => calls.filter(({ name }) => name === 'utimes').length;
    await store.write(keyNumber(1), contentOf(1));
    for (let i = 0; i < 5; i++) await store.read(keyNumber(1));
    expect(marks()).toBe(0);
    now += HOUR + 2000;
    for (let i = 0; i < 5; i++) await store.read(keyNumber(1));
    expect(marks()).toBe(1);
    expect(readFileSync(entryPath(folder, keyNumber(1))).length).toBeGreaterThan(0);
  });
});
