import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { renewLineFile } from './append-lines.js';

let folder: string;
let path: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'sluice-lines-'));
  path = join(folder, 'lines');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));
const read = (): string => readFileSync(path, 'utf8');

describe('a file of lines that is written anew', () => {
  it('is written in place where there was none', () => {
    const file = renewLineFile(path);
    file.append('a');
    expect([read(), file.renewed()]).toEqual(['a\n', true]);
    file.close(false);
    expect(read()).toBe('a\n');
  });

  it('never holds fewer lines than before until it is complete', () => {
    writeFileSync(path, 'old 1\nold 2\n');
    const file = renewLineFile(path);
    file.append('new 1');
    expect([read(), file.renewed()]).toEqual(['old 1\nold 2\n', false]);
    file.append('new 2');
    expect([read(), file.renewed()]).toEqual(['new 1\nnew 2\n', true]);
    file.append('new 3');
    file.close(true);
    expect(read()).toBe('new 1\nnew 2\nnew 3\n');
    expect(readdirSync(folder)).toEqual(['lines']);
  });

  it('may be shorter than before when the run has ended well, and only then', () => {
    writeFileSync(path, 'old 1\nold 2\n');
    const failed = renewLineFile(path);
    failed.append('new');
    failed.close(false);
    expect(read()).toBe('old 1\nold 2\n');
    const succeeded = renewLineFile(path);
    succeeded.append('new');
    succeeded.close(true);
    expect(read()).toBe('new\n');
    renewLineFile(path).close(true);
    expect(existsSync(path)).toBe(false);
    expect(readdirSync(folder)).toEqual([]);
  });
});
