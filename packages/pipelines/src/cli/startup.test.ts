import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';

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
