import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createHash } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { sha256File } from './sha256-file.js';
import { writeFileAtomic } from './write-file-atomic.js';

let folder: string;
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'sluice-files-'))));
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe('writeFileAtomic', () => {
  it('makes folders, replaces files, and leaves nothing beside them', async () => {
    const path = join(folder, 'a', 'b', 'c.txt');
    await writeFileAtomic(path, 'one');
    await writeFileAtomic(path, new TextEncoder().encode('two'));
    expect(readFileSync(path, 'utf8')).toBe('two');
    expect(readdirSync(join(folder, 'a', 'b'))).toEqual(['c.txt']);
  });

  it('writes pieces one after the other', async () => {
    const path = join(folder, 'f');
    await writeFileAtomic(
      path,
      ['one, ', '', 'two'].map((piece) => new TextEncoder().encode(piece)),
    );
    expect(readFileSync(path, 'utf8')).toBe('one, two');
    await writeFileAtomic(path, []);
    expect(readFileSync(path, 'utf8')).toBe('');
  });

  it('leaves the old content, and nothing beside it, where it cannot write', async () => {
    mkdirSync(join(folder, 'taken', 'inner'), { recursive: true });
    await expect(writeFileAtomic(join(folder, 'taken'), 'x')).rejects.toThrow();
    expect(readdirSync(folder)).toEqual(['taken']);
  });

  it('lets one of several writers win', async () => {
    const path = join(folder, 'f');
    await Promise.all(Array.from({ length: 20 }, async (_, i) => writeFileAtomic(path, String(i).repeat(1000))));
    expect(readFileSync(path, 'utf8')).toMatch(/^(\d+)\1{999}$/);
    expect(readdirSync(folder)).toEqual(['f']);
  });
});

describe('sha256File', () => {
  it('is the digest of the bytes', async () => {
    const content = Buffer.alloc(200_000, 'sluice');
    writeFileSync(join(folder, 'f'), content);
    expect(await sha256File(join(folder, 'f'))).toBe(createHash('sha256').update(content).digest('hex'));
    await expect(sha256File(join(folder, 'none'))).rejects.toThrow('ENOENT');
  });
});
