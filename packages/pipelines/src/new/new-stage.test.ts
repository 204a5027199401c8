import { execFile } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { newStage } from './new-stage.js';
import { packageNames } from './package-names.js';

const root = fileURLToPath(new URL('../../../../', import.meta.url));
const template = fileURLToPath(new URL('../../templates/stage/', import.meta.url));

let folder: string;
beforeEach(() => {
  folder = realpathSync(mkdtempSync(path.join(tmpdir(), 'new-stage-')));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const read = (...parts: readonly string[]): string => readFileSync(path.join(folder, ...parts), 'utf8');

describe('the names of a new package', () => {
  it.each([
    ['soft-blur', 'soft-blur', 'softBlur'],
    ['stage-soft-blur', 'soft-blur', 'softBlur'],
    ['@acme/stage-a1-2b', 'a1-2b', 'a12b'],
    ['stage', 'stage', 'stage'],
    ['filter', 'filter', 'filter'],
  ])('of %s are %s and %s', (packageName, short, camel) => {
    expect(packageNames(packageName)).toEqual({ packageName, short, camel });
  });

  it.each([
    ...[
      '',
      ' ',
      '.',
      '..',
      '../x',
      'a/b',
      '/etc/x',
      'C:\\x',
      '@acme',
      '@acme/',
      '@acme/../x',
      '@/x',
      '@acme/x/y',
      '~x',
    ],
    ...['Blur', 'ünï', 'a b', 'a_b', 'a.b', '1a', '-a', 'a-', 'a--b', 'stage-', 'a\u0000b', 'a\nb', '__proto__'],
    ...['node-modules', 'favicon-ico', `a${'b'.repeat(214)}`],
  ])('are refused: %j', async (name) => {
    expect(() => packageNames(name)).toThrow(expect.objectContaining({ code: 'pipelines/BAD_PACKAGE_NAME' }));
    await expect(newStage(name, path.join(folder, 'x'))).rejects.toMatchObject({ code: 'pipelines/BAD_PACKAGE_NAME' });
    expect(readdirSync(folder)).toEqual([]);
  });
});

describe('a folder', () => {
  it('that holds something is refused and left as it is; an empty one is taken', async () => {
    mkdirSync(path.join(folder, 'full/a'), { recursive: true });
    await expect(newStage('blur', path.join(folder, 'full'))).rejects.toMatchObject({
      code: 'pipelines/FOLDER_NOT_EMPTY',
    });
    expect(readdirSync(path.join(folder, 'full'))).toEqual(['a']);
    mkdirSync(path.join(folder, 'empty'));
    const { files } = await newStage('blur', path.join(folder, 'empty'));
    expect(files).toContain('src/stage.ts');
    expect(readdirSync(folder).sort()).toEqual(['empty', 'full']);
  });

  it('that cannot be made leaves nothing behind', async () => {
    await newStage('blur', path.join(folder, 'a'));
    const below = path.join(folder, 'a/package.json/b');
    await expect(newStage('blur', below)).rejects.toMatchObject({ code: 'pipelines/NEW_FOLDER' });
    expect(readdirSync(folder)).toEqual(['a']);
  });
});

it('is written under its own names everywhere', async () => {
  const { files } = await newStage('@acme/stage-soft-blur', path.join(folder, 'made'));
  expect(files).toContain('.gitignore');
  const texts = files.filter((file) => !file.endsWith('.png')).map((file) => read('made', file));
  expect(texts.join('')).not.toMatch(/my-?name|my-scope/i);
  expect(read('made/src/stage.ts')).toContain('export const softBlurStage = defineStage');
  const { version } = JSON.parse(readFileSync(path.join(root, 'packages/pipelines/package.json'), 'utf8')) as {
    version: string;
  };
  expect(JSON.parse(read('made/package.json'))).toMatchObject({
    name: '@acme/stage-soft-blur',
    dependencies: { '@sluice/core': version, '@sluice/data': version },
    devDependencies: { '@sluice/pipelines': version },
    sluice: { stages: ['@acme/stage-soft-blur'] },
  });
});

it('names other packages in the versions that this workspace uses', () => {
  const { dependencies, devDependencies } = JSON.parse(readFileSync(path.join(template, 'package.json'), 'utf8')) as {
    readonly dependencies: Record<string, string>;
    readonly devDependencies: Record<string, string>;
  };
  const { catalog } = parse(readFileSync(path.join(root, 'pnpm-workspace.yaml'), 'utf8')) as {
    readonly catalog: Record<string, string>;
  };
  const own = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8')) as {
    readonly devDependencies: Record<string, string>;
  };
  const known = { ...own.devDependencies, ...catalog };
  for (const [name, range] of Object.entries({ ...dependencies, ...devDependencies })) {
    expect([name, range]).toEqual([name, name.startsWith('@sluice/') ? '*' : known[name]]);
  }
});

/** Puts packages where Node and the compiler look for them, as an installation would. */
function link(): void {
  const modules = path.join(folder, 'node_modules');
  mkdirSync(path.join(modules, '@sluice'), { recursive: true });
  for (const name of ['core', 'data', 'pipelines']) {
    symlinkSync(path.join(root, 'packages', name), path.join(modules, '@sluice', name), 'junction');
  }
  for (const [name, from] of [
    ['@sinclair/typebox', 'packages/core'],
    ['rxjs', 'packages/core'],
    ['@types/node', '.'],
    ['vitest', '.'],
  ] as const) {
    mkdirSync(path.dirname(path.join(modules, name)), { recursive: true });
    symlinkSync(realpathSync(path.join(root, from, 'node_modules', name)), path.join(modules, name), 'junction');
  }
}

it('builds, passes its tests and runs in its pipeline', { timeout: 120_000 }, async () => {
  await newStage('@acme/stage-soft-blur', path.join(folder, 'soft-blur'));
  link();
  const cwd = path.join(folder, 'soft-blur');
  const { VITEST: _, ...env } = process.env;
  const node = async (script: string, ...args: readonly string[]): Promise<string> =>
    (await promisify(execFile)(process.execPath, [script, ...args], { cwd, env })).stdout;
  const { resolve } = createRequire(path.join(root, 'package.json'));
  const sluice = path.join(root, 'packages/pipelines/bin/sluice.js');

  await node(path.join(path.dirname(resolve('typescript/package.json')), 'bin/tsc'));
  expect(existsSync(path.join(cwd, 'dist/index.d.ts'))).toBe(true);
  const tests = await node(
    path.join(path.dirname(resolve('vitest/package.json')), 'vitest.mjs'),
    'run',
    '--dir',
    'src',
    '--no-color',
  );
  expect(tests).toMatch(/Tests {2}6 passed \(6\)/);
  const { folder: run } = JSON.parse(await node(sluice, 'run', 'pipeline.yaml', '--json')) as { folder: string };
  const manifest: unknown = JSON.parse(readFileSync(path.join(run, 'manifest.json'), 'utf8'));
  expect(manifest).toMatchObject({
    status: 'succeeded',
    counts: { 'samples kept': 1 },
    stages: {
      'soft-blur': {
        package: { name: '@acme/stage-soft-blur', version: '0.1.0' },
        skipped: { 'too few instances': 1 },
      },
    },
  });
});
