import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Diagnostic } from './diagnostic.js';
import { readSource } from './read-source.js';

let folder: string;
beforeAll(() => (folder = mkdtempSync(join(tmpdir(), 'sluice-source-'))));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function read(content: string | Uint8Array): Promise<{ text: string | undefined; problems: Diagnostic[] }> {
  writeFileSync(join(folder, 'p.yaml'), content);
  const problems: Diagnostic[] = [];
  const source = await readSource('p.yaml', folder, (problem) => problems.push(problem));
  return { text: source?.source.text, problems };
}

describe('reading a pipeline file', () => {
  it('drops a byte order mark', async () => {
    expect(await read('\ufeffa: 1')).toEqual({ text: 'a: 1', problems: [] });
  });

  it('refuses a file of more than one MiB, and takes one of exactly that', async () => {
    const mebibyte = `# ${'x'.repeat(1024 * 1024 - 6)}\na: `;
    expect((await read(mebibyte)).problems).toEqual([]);
    expect((await read(`${mebibyte} `)).problems).toMatchObject([{ code: 'file-too-large', line: 1, column: 1 }]);
  });

  it.each([
    ['a byte that no character starts with', [0x61, 0x0a, 0x62, 0xff, 0x63], 2, 2, '0xff'],
    ['a character that is cut off', [0x61, 0xe2, 0x82], 1, 2, '0xe2'],
    ['Latin-1', [0x6e, 0x61, 0x6d, 0x65, 0x3a, 0x20, 0xe9, 0x0a], 1, 7, '0xe9'],
    ['UTF-16', [0xff, 0xfe, 0x61, 0x00], 1, 1, '0xff'],
    ['an overlong form', [0x61, 0xc0, 0x80], 1, 2, '0xc0'],
  ])('refuses %s at its place', async (_title, bytes, line, column, byte) => {
    const { problems } = await read(Uint8Array.from(bytes));
    expect(problems).toMatchObject([{ code: 'not-utf8', line, column, hint: 'save the file as UTF-8' }]);
    expect(problems[0]!.message).toContain(byte);
  });

  it('refuses an empty file and one of white space', async () => {
    for (const text of ['', ' \n\n', '\ufeff'])
      expect((await read(text)).problems).toMatchObject([{ code: 'empty-file' }]);
  });

  it('says that a file is missing, or is a folder', async () => {
    const problems: Diagnostic[] = [];
    mkdirSync(join(folder, 'dir'));
    await readSource('nothing.yaml', folder, (problem) => problems.push(problem));
    await readSource('dir', folder, (problem) => problems.push(problem));
    expect(problems.map(({ code }) => code)).toEqual(['file-not-found', 'file-unreadable']);
  });
});
