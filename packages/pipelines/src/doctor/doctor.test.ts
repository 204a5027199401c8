import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { modelErrors } from '@sluice/models';
import { runChecks } from './check.js';
import { folderCheck, spaceFinding } from './checks/folder.js';
import { cpuFinding, memoryFinding, nodeFinding, platformFinding } from './checks/machine.js';
import { providerFinding } from './checks/native.js';
import { modelFinding } from './checks/models.js';
import { packageManagerFinding } from './checks/package-manager.js';
import { tensorflowFinding } from './checks/tensorflow.js';

let folder: string;
beforeAll(() => (folder = realpathSync(mkdtempSync(path.join(tmpdir(), 'doctor-')))));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const gibibyte = 2 ** 30;
const glibc = '2.36';

/** The error of an engine that found no package that computes, for these reasons. */
const noTfjs = (...reasons: string[]): string =>
  modelErrors.NO_TFJS({ tried: reasons.map((reason, i) => `package-${String(i)} (${reason})`), folder: '/x' }).message;

describe('a finding', () => {
  it.each([
    ['node 20.19', nodeFinding('20.19.0', '>=20.19'), 'ok'],
    ['node 24', nodeFinding('24.0.1', '>=20.19'), 'ok'],
    ['node 20.9', nodeFinding('20.9.9', '>=20.19'), 'failed'],
    ['node 18', nodeFinding('18.20.0', '>=20.19'), 'failed'],
    ['linux with glibc', platformFinding('linux-x64', 'Linux', glibc), 'ok'],
    ['linux without (Alpine)', platformFinding('linux-x64', 'Linux', undefined), 'failed'],
    ['macOS', platformFinding('darwin-arm64', 'Darwin', undefined), 'ok'],
    ['a platform without binary', platformFinding('linux-ppc64', 'Linux', glibc), 'failed'],
    ['two cores', cpuFinding(2, 'x'), 'ok'],
    ['one core', cpuFinding(1, ''), 'warning'],
    ['enough memory', memoryFinding(3 * gibibyte, 8 * gibibyte), 'ok'],
    ['little memory', memoryFinding(gibibyte, 8 * gibibyte), 'warning'],
    ['npm', packageManagerFinding('10.8.2', 'pnpm@12.21.0'), 'ok'],
    ['no npm', packageManagerFinding(undefined, undefined), 'warning'],
    ['CUDA', providerFinding('cuda', { value: {} }, true), 'ok'],
    ['no CUDA, no GPU', providerFinding('cuda', { error: 'no library' }, false), 'ok'],
    ['no CUDA in spite of a GPU', providerFinding('cuda', { error: 'no library' }, true), 'warning'],
    ['no WebGPU', providerFinding('webgpu', { error: 'no adapter' }, false), 'ok'],
    ['no TensorFlow.js', tensorflowFinding({ error: noTfjs('not installed', 'not installed') }, undefined), 'ok'],
    ['no native build where one was named', tensorflowFinding({ error: noTfjs('not installed') }, '/x'), 'warning'],
    ['tfjs-node', tensorflowFinding({ value: { description: 'tfjs-node', broken: false } }, undefined), 'ok'],
    [
      'tfjs-node without its library, and WebAssembly',
      tensorflowFinding({ value: { description: 'wasm (tfjs-node: no addon)', broken: true } }, undefined),
      'warning',
    ],
    [
      'tfjs-node without its library',
      tensorflowFinding({ error: noTfjs('not installed', 'no addon') }, undefined),
      'warning',
    ],
    ['models', modelFinding({ value: { 'sam encoder': {} } }), 'ok'],
    [
      'a damaged model',
      modelFinding({ value: { 'sam encoder': {}, 'sam decoder': { problem: 'altered' } } }),
      'failed',
    ],
    ['models that cannot be looked at', modelFinding({ error: 'no' }), 'failed'],
    ['a large disk', spaceFinding('/x', true, 9 * gibibyte, '--cache-dir'), 'ok'],
    ['a small disk', spaceFinding('/x', true, gibibyte, '--cache-dir'), 'warning'],
    ['a full disk', spaceFinding('/x', true, 2 ** 20, '--cache-dir'), 'failed'],
  ])('on %s: state, and advice unless all is well', (_, finding, state) => {
    expect(finding.state).toBe(state);
    expect(finding.found).not.toBe('');
    expect(finding.advice === undefined).toBe(state === 'ok');
  });

  it('of a check that throws is a failure, and the others are made all the same', async () => {
    const checks = [
      { name: 'bad', run: () => Promise.reject(new Error('boom')) },
      { name: 'good', run: () => ({ state: 'ok' as const, found: 'well' }) },
    ];
    expect(await runChecks(checks, { cacheDir: '', runsDir: '', cwd: folder })).toEqual([
      { name: 'bad', state: 'failed', found: 'boom' },
      { name: 'good', state: 'ok', found: 'well' },
    ]);
  });
});

describe('a folder', () => {
  const look = (runsDir: string) =>
    folderCheck('runs folder', (each) => each.runsDir).run({ cacheDir: '', runsDir, cwd: folder });

  it('need not be there yet, and is not made', async () => {
    expect(await look('deep/runs')).toMatchObject({ state: 'ok', found: expect.stringContaining('not there yet') });
    expect(existsSync(path.join(folder, 'deep'))).toBe(false);
  });

  it('can not lie below a file', async () => {
    writeFileSync(path.join(folder, 'file'), '');
    expect(await look('file/runs')).toMatchObject({
      state: 'failed',
      found: expect.stringContaining('file is a file'),
    });
  });

  it.skipIf(!existsSync('/proc/1'))('on a file system that takes no files is a failure', async () => {
    expect(await look('/proc/runs')).toMatchObject({
      state: 'failed',
      found: expect.stringContaining("can't be written"),
    });
  });
});

const program = fileURLToPath(new URL('../../bin/sluice.js', import.meta.url));

/** Runs the built command with `code` loaded first, also in the processes that it starts. */
function doctor(code: string): Promise<{ readonly code: unknown; readonly out: string; readonly err: string }> {
  const hook = path.join(folder, 'hook.cjs');
  writeFileSync(hook, code);
  const env = { ...process.env, NODE_OPTIONS: `--require ${hook}` };
  return new Promise((resolve) => {
    execFile(process.execPath, [program, 'doctor', '--json'], { cwd: folder, env }, (failure, out, err) => {
      resolve({ code: failure?.code ?? 0, out, err });
    });
  });
}

describe.skipIf(!existsSync(program.replace(/bin.sluice\.js$/, 'dist')))('the built command', () => {
  it('finds a healthy machine healthy: native packages compute, models are intact', async () => {
    const { code, out } = await doctor('');
    const { healthy, checks } = JSON.parse(out) as {
      healthy: boolean;
      checks: { name: string; state: string; found: string }[];
    };
    expect({ code, healthy }).toEqual({ code: 0, healthy: true });
    const found = Object.fromEntries(checks.map((check) => [check.name, check.found]));
    expect(found['onnxruntime']).toMatch(/^1\.\d+\.\d+, computes on the CPU$/);
    expect(found['sharp']).toMatch(/^sharp \d.*, libvips \d/);
    expect(found['models']).toBe('sam-tiny-vit encoder, sam-tiny-vit decoder: present and intact (SHA-256)');
  });

  it('survives native libraries that abort, and ends with 3', async () => {
    const { code, out } = await doctor(
      `const dlopen = process.dlopen;
       process.dlopen = (module, file, ...flags) => {
         if (/onnxruntime/.test(file)) process.abort();
         return dlopen.call(process, module, file, ...flags);
       };`,
    );
    const { healthy, checks } = JSON.parse(out) as {
      healthy: boolean;
      checks: { name: string; state: string; found: string }[];
    };
    expect({ code, healthy }).toEqual({ code: 3, healthy: false });
    expect(checks.find(({ name }) => name === 'onnxruntime')).toMatchObject({
      state: 'failed',
      found: 'loading it ended the process with SIGABRT',
    });
    expect(checks.find(({ name }) => name === 'sharp')).toMatchObject({ state: 'ok' });
    expect(checks.find(({ name }) => name === 'node')).toMatchObject({ state: 'ok' });
  });
});
