import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { checkPipeline } from '../pipeline/load-pipeline.js';
import { numberStages } from '../testing/fixtures/number-stages.js';
import { stageFault } from './is-stage.js';
import { stageRegistry } from './stage-registry.js';

let folder: string;
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'sluice-registry-'))));
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const write = (path: string, content: string | object): void => {
  mkdirSync(dirname(join(folder, path)), { recursive: true });
  writeFileSync(join(folder, path), typeof content === 'string' ? content : JSON.stringify(content));
};

const STAGE = `{ type: 'mine', summary: '', inputs: {}, outputs: { o: { name: 'Number' } }, options: { type: 'object', properties: {} }, services: {}, create: () => () => ({}) }`;

function install(
  name: string,
  code: string,
  packageJson: object = { exports: { '.': { import: './index.js' } } },
): void {
  write(`node_modules/${name}/package.json`, { name, version: '2.3.4', type: 'module', ...packageJson });
  write(`node_modules/${name}/index.js`, code);
}

const allow = (...stages: readonly string[]): void => write('package.json', { name: 'work', sluice: { stages } });
const find = async (uses: string): ReturnType<ReturnType<typeof stageRegistry>['find']> =>
  stageRegistry(join(folder, 'pipelines'), numberStages).find(uses);

describe('the stage registry', () => {
  it('knows bundled stages by short name', async () => {
    expect(await find('scale')).toMatchObject({ kind: 'found', package: { name: '@test/scale', version: '1.2.3' } });
    expect(await find('scael')).toMatchObject({ kind: 'unknown' });
  });

  it.each([
    ['under "import"', { exports: { '.': { types: './x.d.ts', import: './index.js' } } }],
    ['under "default"', { exports: { '.': { default: './index.js' } } }],
    ['as a string', { exports: './index.js' }],
    ['as main', { main: './index.js' }],
  ])('loads an allowed package whose entry is given %s, with its version', async (_title, packageJson) => {
    install('@acme/mine', `export const helper = 1; export const mine = ${STAGE};`, packageJson);
    allow('@acme/mine');
    const found = await find('@acme/mine');
    expect(found).toMatchObject({ kind: 'found', package: { name: '@acme/mine', version: '2.3.4' } });
    expect(found.kind === 'found' && found.definition.type).toBe('mine');
  });

  it('imports nothing that is not allowed', async () => {
    install('plain-stage', `globalThis.imported = true; export const mine = ${STAGE};`);
    install('@acme/mine', `globalThis.imported = true; export const mine = ${STAGE};`);
    expect(await find('@acme/mine')).toEqual({
      kind: 'not-allowed',
      packageJson: join(folder, 'pipelines', 'package.json'),
    });
    allow('other');
    expect(await find('@acme/mine')).toEqual({ kind: 'not-allowed', packageJson: join(folder, 'package.json') });
    expect((globalThis as { imported?: boolean }).imported).toBeUndefined();
  });

  it('says that an allowed package is not installed', async () => {
    allow('@acme/mine');
    expect(await find('@acme/mine')).toMatchObject({ kind: 'not-installed' });
  });

  it.each([
    ['exports no stage', 'export const a = 1;', 'it exports no stage made with defineStage'],
    [
      'exports two',
      `export const a = ${STAGE}; export const b = ${STAGE};`,
      'it exports 2 stages (a, b); one is expected',
    ],
    ['throws', 'throw new Error("boom");', 'importing it failed: boom'],
    [
      'has options that are no JSON Schema',
      `export const a = { ...${STAGE}, options: { type: 'object', properties: { n: { type: 'nubmer' } } } };`,
      'its options are no JSON Schema: schema is invalid: data/properties/n/type must be equal to one of',
    ],
    ['exports something near', `export const a = { ...${STAGE}, outputs: {} };`, 'its export "a" has no output'],
  ])('refuses a package that %s', async (_title, code, reason) => {
    install('bad', code, { main: './index.js' });
    allow('bad');
    expect(await find('bad')).toMatchObject({ kind: 'bad', reason: expect.stringContaining(reason) as string });
  });

  it.each(['./x.js', '../x', '/etc/x', 'C:\\x', '.\\x', 'file:///x'])('refuses the path %s', async (uses) => {
    allow(uses);
    expect(await find(uses)).toEqual({ kind: 'relative' });
  });

  it.each([
    'node:fs',
    'fs',
    'data:text/javascript,1',
    'https://x.y/z.js',
    '@acme/mine/../../x',
    '__proto__',
    'constructor',
  ])('knows nothing of %s, even where it is listed as allowed', async (uses) => {
    write('package.json', { sluice: { stages: [uses] } });
    expect(['unknown', 'bad', 'not-installed', 'not-allowed']).toContain((await find(uses)).kind);
  });

  it('tells in the pipeline file how a package is allowed or installed', async () => {
    install('@acme/mine', `export const mine = ${STAGE};`);
    write('pipelines/p.yaml', 'sluice: 1\nname: t\nstages:\n  a: { uses: "@acme/mine" }\n');
    const check = async (): Promise<unknown> =>
      (await checkPipeline('pipelines/p.yaml', { bundled: numberStages, cwd: folder })).diagnostics;
    allow();
    expect(await check()).toMatchObject([
      {
        code: 'stage-not-allowed',
        line: 4,
        column: 14,
        hint: `to allow it, add "sluice": { "stages": ["@acme/mine"] } to ${join(folder, 'package.json')}`,
      },
    ]);
    allow('@acme/mine');
    expect(await check()).toEqual([]);
    rmSync(join(folder, 'node_modules'), { recursive: true });
    expect(await check()).toMatchObject([
      { code: 'stage-not-installed', hint: expect.stringContaining('npm install @acme/mine') as string },
    ]);
    install('bad', 'export const a = 1;', { main: './index.js' });
    write('pipelines/p.yaml', 'sluice: 1\nname: t\nstages:\n  a: { uses: bad }\n');
    allow('bad');
    expect(await check()).toMatchObject([{ code: 'bad-stage-package', line: 4, column: 14 }]);
  });
});

describe('what makes a stage', () => {
  const whole = {
    type: 'a',
    inputs: {},
    outputs: { o: { name: 'N' } },
    options: { type: 'object' },
    services: {},
    create: () => undefined,
  };
  it.each([
    [undefined, 'is no object'],
    [{ ...whole, create: 1 }, 'has no create function'],
    [{ ...whole, type: '' }, 'has no type'],
    [{ ...whole, inputs: undefined }, 'has no inputs and outputs'],
    [{ ...whole, inputs: { i: {} } }, 'has an input "i" without a contract'],
    [{ ...whole, inputs: { i: { contract: {} } } }, 'has an input "i" without a contract'],
    [{ ...whole, outputs: { o: 1 } }, 'has an output "o" without a contract'],
    [{ ...whole, options: {} }, 'has no options schema of type object'],
    [{ ...whole, services: undefined }, 'has no services; make it with defineStage'],
  ])('is said of what lacks it (%#)', (value, fault) => {
    expect(stageFault(value)).toBe(fault);
  });

  it('is all there', () => {
    expect(stageFault(whole)).toBeUndefined();
    expect(
      stageFault({ ...whole, inputs: { i: { contract: { name: 'N' }, optional: true, feedback: false } } }),
    ).toBeUndefined();
  });
});
