import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { readJson } from './read-json.js';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sluice-json-'));
});
afterAll(() => rm(folder, { recursive: true }));

async function read(content: string | Uint8Array): Promise<unknown> {
  const path = join(folder, 'a.json');
  await writeFile(path, content);
  return readJson(path);
}

it('skips a byte order mark and takes any line ends', async () => {
  expect(await read('\ufeff{\r\n"a": [1]\r\n}')).toEqual({ a: [1] });
});

it('says the line and column where the text stops being JSON', async () => {
  await expect(read('{\n  "a": NaN\n}')).rejects.toMatchObject({
    code: 'data/JSON_SYNTAX',
    message: `${join(folder, 'a.json')}:2:8 is not JSON: unexpected "NaN"`,
  });
  await expect(read('{"a": [1,')).rejects.toThrow('a.json:1:10 is not JSON: the text ends too early');
});

it('refuses bytes that are not UTF-8', async () => {
  await expect(read(Uint8Array.of(0x22, 0xff, 0x22))).rejects.toMatchObject({ code: 'data/FILE_UNREADABLE' });
});

it('names a file that is not there', async () => {
  await expect(readJson(join(folder, 'b.json'))).rejects.toThrow(join(folder, 'b.json'));
});

it('keeps __proto__ as a plain key', async () => {
  const value = (await read('{"__proto__": {"polluted": true}}')) as object;
  expect(Object.hasOwn(value, '__proto__')).toBe(true);
  expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
});
