import { fork } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Logger } from '../services/logger.js';
import { openContentStore } from './content-store.js';

let folder: string;
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'sluice-store-'))));
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const keyOf = (text: string): string => createHash('sha256').update(text).digest('hex');
const pathOf = (key: string): string => join(folder, key.slice(0, 2), key.slice(2));

describe('the content store', () => {
  it('gives back what was written, in a buffer of its own', async () => {
    const store = openContentStore(folder);
    const content = randomBytes(1000);
    expect(await store.read(keyOf('a'))).toBeUndefined();
    expect(await store.has(keyOf('a'))).toBe(false);
    await store.write(keyOf('a'), content);
    const read = (await store.read(keyOf('a')))!;
    expect(Buffer.from(read).equals(content)).toBe(true);
    expect(read.byteOffset).toBe(0);
    expect(new Float32Array(read.buffer)).toHaveLength(250);
    expect(await store.has(keyOf('a'))).toBe(true);
  });

  it('keeps empty content, and the last of two', async () => {
    const store = openContentStore(folder);
    await store.write(keyOf('a'), new Uint8Array(0));
    expect(await store.read(keyOf('a'))).toEqual(new Uint8Array(0));
    await store.write(keyOf('a'), Uint8Array.of(1));
    expect(await store.read(keyOf('a'))).toEqual(Uint8Array.of(1));
  });

  it('detects each of 500 flipped bits, removes the entry and says so', async () => {
    const warnings: string[] = [];
    const logger: Logger = {
      debug: () => undefined,
      info: () => undefined,
      warn: (message) => warnings.push(message),
      error: () => undefined,
    };
    const store = openContentStore(folder, { logger });
    const key = keyOf('a');
    await store.write(key, randomBytes(50));
    const intact = readFileSync(pathOf(key));
    for (let i = 0; i < 500; i++) {
      const bit = Math.floor((i / 500) * intact.length * 8);
      const damaged = Buffer.from(intact);
      damaged[bit >> 3]! ^= 1 << (bit & 7);
      writeFileSync(pathOf(key), damaged);
      expect(await store.read(key)).toBeUndefined();
      expect(existsSync(pathOf(key))).toBe(false);
    }
    expect(warnings).toHaveLength(500);
    await store.write(key, Uint8Array.of(1));
    expect(await store.has(key)).toBe(true);
  });

  it('detects an entry cut off anywhere, one that has grown, and one under another key', async () => {
    const store = openContentStore(folder);
    const key = keyOf('a');
    await store.write(key, randomBytes(20));
    const intact = readFileSync(pathOf(key));
    for (let length = 0; length < intact.length; length++) {
      writeFileSync(pathOf(key), intact);
      truncateSync(pathOf(key), length);
      expect(await store.read(key)).toBeUndefined();
    }
    writeFileSync(pathOf(key), Buffer.concat([intact, Buffer.of(0)]));
    expect(await store.has(key)).toBe(false);
    await store.write(keyOf('b'), randomBytes(1));
    writeFileSync(pathOf(keyOf('b')), intact);
    expect(await store.has(keyOf('b'))).toBe(false);
  });

  it('takes only digests as keys', async () => {
    const store = openContentStore(folder);
    for (const key of ['', 'abc', '../../etc/passwd', keyOf('a').toUpperCase(), `${keyOf('a')}0`]) {
      await expect(store.read(key)).rejects.toMatchObject({ code: 'core/BAD_KEY' });
      await expect(store.write(key, Uint8Array.of(1))).rejects.toMatchObject({ code: 'core/BAD_KEY' });
    }
  });

  it('passes on what the file system refuses', async () => {
    writeFileSync(join(folder, keyOf('a').slice(0, 2)), 'a file where a folder should be');
    await expect(openContentStore(folder).write(keyOf('a'), Uint8Array.of(1))).rejects.toThrow(/EEXIST|ENOTDIR/);
  });

  it('is safe for many writers of the same keys, in one process', async () => {
    const store = openContentStore(folder);
    const content = (key: number): Buffer => Buffer.alloc(10_000, key);
    const keys = [0, 1, 2, 3];
    await Promise.all(
      Array.from({ length: 100 }, async (_, i) => {
        const key = keys[i % 4]!;
        await store.write(keyOf(String(key)), content(key));
        expect(Buffer.from((await store.read(keyOf(String(key))))!).equals(content(key))).toBe(true);
      }),
    );
    for (const shard of readdirSync(folder)) {
      expect(readdirSync(join(folder, shard)).filter((name) => name.endsWith('.tmp'))).toEqual([]);
    }
  });

  it.skipIf(!existsSync(new URL('../../dist/store/content-store.js', import.meta.url)))(
    'is never seen half written by others when its writer is killed',
    async () => {
      const script = join(folder, 'writer.mjs');
      const key = keyOf('killed');
      writeFileSync(
        script,
        `import { openContentStore } from ${JSON.stringify(new URL('../../dist/store/content-store.js', import.meta.url).href)};
const store = openContentStore(${JSON.stringify(folder)});
process.send('ready');
for (;;) await store.write('${key}', Buffer.alloc(4_000_000, 7));`,
      );
      const warnings: string[] = [];
      const quiet = (): void => undefined;
      const logger = { debug: quiet, info: quiet, error: quiet, warn: (message: string) => warnings.push(message) };
      for (let i = 0; i < 5; i++) {
        const child = fork(script, { execArgv: [] });
        await new Promise((resolve) => child.once('message', resolve));
        await new Promise((resolve) => setTimeout(resolve, 20 + i * 17));
        child.kill('SIGKILL');
        await new Promise((resolve) => child.once('exit', resolve));
        const content = await openContentStore(folder, { logger }).read(key);
        expect(content === undefined || content.every((byte) => byte === 7)).toBe(true);
      }
      expect(warnings).toEqual([]);
    },
  );
});
