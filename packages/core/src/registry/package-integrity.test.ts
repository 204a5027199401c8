import { mkdirSync, mkdtempSync, renameSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { computePackageIntegrity, packageIntegrity, packageRecord } from './package-integrity.js';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'sluice-integrity-'));
  writeStage('stage');
  write('shared/package.json', { name: '@x/shared', version: '1.0.0', files: ['lib'] });
  write('shared/lib/shared.js', 'export const shared = 1;');
  write('shared/notes.js', 'not published');
  link('shared', 'stage/node_modules/@x/shared');
  write('stage/node_modules/left/package.json', { name: 'left', version: '3.1.0' });
  write('stage/node_modules/left/index.js', 'export const left = 1;');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function write(path: string, content: string | object): void {
  mkdirSync(dirname(join(folder, path)), { recursive: true });
  writeFileSync(join(folder, path), typeof content === 'string' ? content : JSON.stringify(content));
}

function link(from: string, to: string): void {
  mkdirSync(dirname(join(folder, to)), { recursive: true });
  symlinkSync(join(folder, from), join(folder, to), 'junction');
}

function writeStage(at: string, reversed = false): void {
  const dependencies = { '@x/shared': '*', left: '^3.0.0' };
  write(`${at}/package.json`, {
    name: '@x/stage',
    version: '1.2.3',
    type: 'module',
    files: ['dist', '!x'],
    dependencies,
  });
  const files = ['dist/index.js', 'dist/deep/part.js', 'dist/weights.bin'];
  for (const file of reversed ? files.reverse() : files) write(`${at}/${file}`, `// ${file}`);
}

const integrity = (at = 'stage'): Promise<string> => computePackageIntegrity(join(folder, at, 'dist/index.js'));

describe("a package's integrity", () => {
  it.each([
    ['a byte of its code', () => write('stage/dist/index.js', '// dist/index.jS')],
    ['a file that is no script', () => write('stage/dist/weights.bin', 'other')],
    ['a new file', () => write('stage/dist/new.js', '')],
    ['the name of a file', () => renameSync(join(folder, 'stage/dist/deep'), join(folder, 'stage/dist/deeper'))],
    ['a byte of a linked package', () => write('shared/lib/shared.js', 'export const shared = 2;')],
    ['the version of a dependency', () => write('stage/node_modules/left/package.json', { version: '3.1.1' })],
    ['a dependency that is gone', () => rmSync(join(folder, 'stage/node_modules/left'), { recursive: true })],
  ])('changes with %s', async (_title, change) => {
    const before = await integrity();
    expect(before).toMatch(/^sha256-[0-9a-f]{64}$/);
    change();
    expect(await integrity()).not.toBe(before);
  });

  it.each([
    ['time', () => utimesSync(join(folder, 'stage/dist/index.js'), 1, 1)],
    ['tests', () => write('stage/dist/index.test.js', 'a test')],
    ['types', () => write('stage/dist/index.d.ts', 'types')],
    ['source maps', () => write('stage/dist/index.js.map', '{}')],
    ['pages', () => write('stage/README.md', '# Stage')],
    ['sources that are not published', () => write('stage/src/index.ts', '')],
    ['what a linked package does not publish', () => write('shared/notes.js', 'other')],
    ["a dependency's own files", () => write('stage/node_modules/left/index.js', 'other')],
  ])('does not change with %s', async (_title, change) => {
    const before = await integrity();
    change();
    expect(await integrity()).toBe(before);
  });

  it('depends neither on the order in which files were written nor on where they lie', async () => {
    const before = await integrity();
    writeStage('elsewhere/copy', true);
    link('shared', 'elsewhere/copy/node_modules/@x/shared');
    link('stage/node_modules/left', 'elsewhere/node_modules/left');
    // A link into a node_modules folder is an installed package, as pnpm lays them out.
    expect(await integrity('elsewhere/copy')).toBe(before);
  });

  it('is found for packages that depend on each other in a circle', async () => {
    link('stage', 'shared/node_modules/@x/stage');
    write('shared/package.json', { name: '@x/shared', version: '1.0.0', dependencies: { '@x/stage': '*' } });
    const before = await integrity();
    write('shared/lib/shared.js', 'changed');
    expect(await integrity()).not.toBe(before);
  });

  it('is that of the file alone where no package is', async () => {
    write('alone.js', 'a');
    const before = await computePackageIntegrity(join(folder, 'alone.js'));
    write('alone.js', 'b');
    expect(await computePackageIntegrity(join(folder, 'alone.js'))).not.toBe(before);
  });

  it('is read once a process, and stands beside name and version', async () => {
    const entry = pathToFileURL(join(folder, 'stage/dist/index.js')).href;
    const first = await packageIntegrity(entry);
    write('stage/dist/index.js', 'changed');
    expect(await packageRecord({ name: '@x/stage', version: '1.2.3', entry })).toEqual({
      name: '@x/stage',
      version: '1.2.3',
      integrity: first,
    });
    expect(await packageRecord({ name: 'a', version: '1.0.0' })).toEqual({ name: 'a', version: '1.0.0' });
  });
});
