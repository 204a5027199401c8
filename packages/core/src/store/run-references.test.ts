import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { faultyFiles } from '../testing/fixtures/faulty-files.js';
import { keyNumber } from '../testing/fixtures/store-content.js';
import { KEYS_FILE, openRunReferences, rootPath } from './run-references.js';

let folder: string;
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'sluice-references-'))));
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const store = (): string => join(folder, 'store');
const written = (): string[] =>
  readFileSync(join(folder, KEYS_FILE), 'utf8')
    .split('\n')
    .filter((line) => line !== '');

describe("a run's references", () => {
  it('make the run known with its first key, and write each key once', async () => {
    const references = openRunReferences(store(), folder);
    expect(existsSync(store())).toBe(false);
    const keys = Array.from({ length: 500 }, (_, number) => keyNumber(number % 50));
    await Promise.all(keys.map(async (key) => references.add(key)));
    await references.add(keyNumber(3));
    expect(written()).toEqual(keys.slice(0, 50));
    expect(readdirSync(join(store(), 'roots'))).toHaveLength(1);
    expect(readFileSync(rootPath(store(), folder), 'utf8')).toBe(folder);
  });

  it('write together what comes while others are written', async () => {
    const { files, calls } = faultyFiles(() => undefined);
    const references = openRunReferences(store(), folder, { files });
    await Promise.all(Array.from({ length: 500 }, async (_, number) => references.add(keyNumber(number))));
    const appends = calls.filter(({ name, path }) => name === 'write' && path.endsWith(KEYS_FILE));
    expect(appends.length).toBeLessThanOrEqual(2);
    expect(written()).toHaveLength(500);
  });

  it('fail for those who asked, and are written when asked again', async () => {
    let full = true;
    const { files } = faultyFiles(({ name, path }) =>
      full && name === 'write' && path.endsWith(KEYS_FILE) ? 'torn' : undefined,
    );
    const references = openRunReferences(store(), folder, { files });
    const results = await Promise.allSettled([references.add(keyNumber(1)), references.add(keyNumber(1))]);
    expect(results).toMatchObject([
      { status: 'rejected', reason: { code: 'core/STORE_FAILED' } },
      { status: 'rejected' },
    ]);
    full = false;
    await references.add(keyNumber(1));
    await references.add(keyNumber(2));
    expect(written().slice(1)).toEqual([keyNumber(1), keyNumber(2)]);
  });
});
