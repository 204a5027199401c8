import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { randomOf } from '../random/random-of.js';
import { faultyFiles, quickFiles } from '../testing/fixtures/faulty-files.js';
import { contentOf, keyNumber } from '../testing/fixtures/store-content.js';
import { openContentStore } from './content-store.js';
import { entryPath } from './list-entries.js';
import { verifyStore } from './verify-store.js';

let folder: string;
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'sluice-damage-'))));
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function flipBit(path: string, bit: number): void {
  const bytes = readFileSync(path);
  bytes[bit >> 3]! ^= 1 << (bit & 7);
  writeFileSync(path, bytes);
}

const small = (number: number): Uint8Array => contentOf(5).subarray(0, 1 + (number % 97));

describe('a flipped bit (R17)', () => {
  it('is detected in 1,000 of 1,000 entries; each is computed again, none is returned', async () => {
    const random = randomOf(17, 'bits');
    const store = openContentStore(folder, { files: quickFiles });
    const numbers = Array.from({ length: 1000 }, (_, number) => number);
    for (const number of numbers) await store.write(keyNumber(number), small(number));
    expect(await verifyStore(folder)).toMatchObject({ intact: 1000, damaged: [] });
    for (const number of numbers) {
      const path = entryPath(folder, keyNumber(number));
      flipBit(path, random.integer(0, readFileSync(path).length * 8 - 1));
    }
    expect((await verifyStore(folder)).damaged).toHaveLength(1000);
    let computed = 0;
    for (const number of numbers) {
      if ((await store.read(keyNumber(number))) !== undefined) continue;
      computed++;
      await store.write(keyNumber(number), small(number));
    }
    expect(computed).toBe(1000);
    for (const number of numbers)
      expect(Buffer.from((await store.read(keyNumber(number)))!).equals(small(number))).toBe(true);
  }, 120_000);
});

describe('verifying a store', () => {
  it('lists what is damaged, and removes just that when told to repair', async () => {
    const store = openContentStore(folder);
    for (const number of [1, 2, 3, 4]) await store.write(keyNumber(number), small(number));
    flipBit(entryPath(folder, keyNumber(2)), 300);
    writeFileSync(entryPath(folder, keyNumber(4)), '');
    const found = await verifyStore(folder);
    expect(found.intact).toBe(2);
    expect(found.damaged.map(({ key }) => key).sort()).toEqual([keyNumber(2), keyNumber(4)].sort());
    expect(existsSync(entryPath(folder, keyNumber(2)))).toBe(true);
    await verifyStore(folder, { repair: true });
    expect(existsSync(entryPath(folder, keyNumber(2)))).toBe(false);
    expect(await verifyStore(folder)).toMatchObject({ intact: 2, damaged: [] });
  });

  it('takes what the disk cannot give back for damaged, and what goes away meanwhile for nothing', async () => {
    const store = openContentStore(folder);
    for (const number of [1, 2]) await store.write(keyNumber(number), small(number));
    const failing = (code: string) =>
      faultyFiles(({ name, path }) => (name === 'read' && path === entryPath(folder, keyNumber(1)) ? code : undefined))
        .files;
    expect(await verifyStore(folder, { files: failing('EIO') })).toMatchObject({
      intact: 1,
      damaged: [{ key: keyNumber(1) }],
    });
    expect(await verifyStore(folder, { files: failing('ENOENT') })).toMatchObject({ intact: 1, damaged: [] });
    await expect(verifyStore(folder, { files: failing('EMFILE') })).rejects.toMatchObject({
      code: 'core/STORE_FAILED',
    });
  });

  it('finds nothing where there is no store', async () => {
    expect(await verifyStore(join(folder, 'none'))).toEqual({ intact: 0, bytes: 0, damaged: [] });
  });
});
