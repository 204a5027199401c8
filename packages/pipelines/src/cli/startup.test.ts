import { execFile } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

const root = fileURLToPath(new URL('../../../../', import.meta.url));
const program = path.join(root, 'packages/pipelines/bin/sluice.js');

/** Prints the native libraries in the process when it ends; packages' own have `.node` or lie in `node_modules`. */
const probe = `data:text/javascript,${encodeURIComponent(
  `process.on('exit', () => process.stderr.write('NATIVE ' + JSON.stringify(process.report.getReport().sharedObjects)));`,
)}`;

async function nativeLibraries(...args: readonly string[]): Promise<readonly string[]> {
  const { stderr } = await promisify(execFile)(process.execPath, ['--import', probe, ...args], { cwd: root });
  const all = JSON.parse(/NATIVE (\[.*\])/s.exec(stderr)![1]!) as readonly string[];
  return all.filter((file) => file.endsWith('.node') || file.includes('node_modules'));
}

describe('the program', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'startup-'));
    for (const part of ['bin', 'dist/quick', 'dist/cli']) mkdirSync(path.join(folder, part), { recursive: true });
    copyFileSync(program, path.join(folder, 'bin/sluice.js'));
    writeFileSync(path.join(folder, 'package.json'), '{"type":"module"}');
    for (const place of ['quick', 'cli']) {
      const main = `export const processTerminal = () => undefined; export const main = () => console.log('${place}');`;
      writeFileSync(path.join(folder, 'dist', place, 'main.js'), main);
    }
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  const parts = (): string => path.join(folder, 'dist/quick/parts.json');
  const compiled = (seconds: number): void => {
    const record = path.join(folder, 'dist/.tsbuildinfo');
    writeFileSync(record, '');
    utimesSync(record, seconds, seconds);
  };
  const started = async (): Promise<string> =>
    (await promisify(execFile)(process.execPath, [path.join(folder, 'bin/sluice.js')])).stdout.trim();

  it('takes the bundle that was made after the packages were compiled', async () => {
    writeFileSync(parts(), '["../.tsbuildinfo", "../../not/there/.tsbuildinfo"]');
    compiled(1_000_000_000);
    expect(await started()).toBe('quick');
  });

  it('takes the packages as they are where one was compiled since', async () => {
    writeFileSync(parts(), '["../.tsbuildinfo"]');
    compiled(4_000_000_000);
    expect(await started()).toBe('cli');
  });

  it.each([undefined, '[', '{}'])('takes the packages as they are where the bundle is not whole (%s)', async (text) => {
    if (text !== undefined) writeFileSync(parts(), text);
    expect(await started()).toBe('cli');
  });
});

describe.skipIf(!existsSync(program.replace(/bin.sluice\.js$/, 'dist')))('a command that only looks', () => {
  it.each([
    ['--help', []],
    ['stages', []],
    ['describe', ['encode']],
    ['validate', ['examples/demo/pipeline.yaml']],
    ['schema', []],
  ] as const)('loads no native library: %s', async (command, args) => {
    expect(await nativeLibraries(program, command, ...args)).toEqual([]);
  });

  it('would be seen loading one', async () => {
    const data = createRequire(path.join(root, 'packages/data/package.json'));
    const codec = pathToFileURL(data.resolve('sharp')).href;
    expect(await nativeLibraries('--input-type=module', '--eval', `await import('${codec}')`)).not.toEqual([]);
  });
});
