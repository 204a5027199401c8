import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { checkPipeline } from '../pipeline/load-pipeline.js';
import { numberStages } from '../testing/fixtures/number-stages.js';
import { head } from '../testing/fixtures/problem-cases.js';

let folder: string;
beforeAll(() => (folder = mkdtempSync(join(tmpdir(), 'sluice-forbidden-'))));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const write = (path: string, content: string): void => {
  mkdirSync(dirname(join(folder, path)), { recursive: true });
  writeFileSync(join(folder, path), content);
};

async function check(text: string): ReturnType<typeof checkPipeline> {
  write('p.yaml', text);
  return checkPipeline('p.yaml', { bundled: numberStages, cwd: folder });
}

describe('R8: a stage that the file may not have', () => {
  const touched = (): unknown => (globalThis as { touched?: unknown }).touched;
  const trap = 'globalThis.touched = true; export const stage = {};';
  const packages: readonly (readonly [
    uses: string,
    code: string,
    title: string,
    files: Readonly<Record<string, string>>,
    allowed?: boolean,
  ])[] = [
    [
      '@acme/trap',
      'stage-not-allowed',
      'a package that is not on the list',
      {
        'node_modules/@acme/trap/package.json': '{"name":"@acme/trap","main":"index.mjs"}',
        'node_modules/@acme/trap/index.mjs': trap,
      },
    ],
    [
      'trap',
      'stage-not-allowed',
      'a package without a scope that is not on the list',
      { 'node_modules/trap/package.json': '{"name":"trap","main":"index.mjs"}', 'node_modules/trap/index.mjs': trap },
    ],
    ['./trap.mjs', 'relative-stage', 'a file beside the pipeline', { 'trap.mjs': trap }, true],
    ['../trap.mjs', 'relative-stage', 'a file above the pipeline', { 'trap.mjs': trap }, true],
    ['/tmp/trap.mjs', 'relative-stage', 'an absolute path', {}, true],
    ['C:\\trap.mjs', 'relative-stage', 'an absolute path of Windows', {}, true],
    ['file:///tmp/trap.mjs', 'relative-stage', 'a file URL', {}, true],
    ['data:text/javascript,globalThis.touched=1', 'unknown-stage-type', 'a data URL', {}, true],
    ['node:fs', 'unknown-stage-type', 'a module of Node', {}, true],
    ['trap/../../trap.mjs', 'unknown-stage-type', 'a path that climbs out of a package', { 'trap.mjs': trap }, true],
    ['bare', 'stage-not-installed', 'a folder without a manifest', { 'node_modules/bare/lib.mjs': trap }, true],
    [
      'empty',
      'stage-not-installed',
      'a manifest that is no JSON',
      { 'node_modules/empty/package.json': '{', 'node_modules/empty/lib.mjs': trap },
      true,
    ],
    [
      'climber',
      'stage-not-installed',
      'an entry outside its package',
      { 'node_modules/climber/package.json': '{"exports":{".":{"import":"../../trap.mjs"}}}', 'trap.mjs': trap },
      true,
    ],
    [
      'listed',
      'stage-not-installed',
      'exports that are a number',
      { 'node_modules/listed/package.json': '{"exports":{".":{"import":7}}}' },
      true,
    ],
    [
      'thrower',
      'bad-stage-package',
      'an import that throws',
      {
        'node_modules/thrower/package.json': '{"main":"index.mjs"}',
        'node_modules/thrower/index.mjs': 'throw new Error("no")',
      },
      true,
    ],
    [
      'getter',
      'bad-stage-package',
      'an export whose getter throws',
      {
        'node_modules/getter/package.json': '{"main":"index.mjs"}',
        'node_modules/getter/index.mjs':
          'export const stage = { create() {}, get type() { throw new Error("no type for you") } };',
      },
      true,
    ],
    [
      'proxy',
      'bad-stage-package',
      'an export that answers nothing',
      {
        'node_modules/proxy/package.json': '{"main":"index.mjs"}',
        'node_modules/proxy/index.mjs': 'export const stage = new Proxy({}, { get() { throw 1 }, has() { throw 1 } });',
      },
      true,
    ],
    [
      'none',
      'bad-stage-package',
      'a package without exports',
      { 'node_modules/none/package.json': '{"main":"index.mjs"}', 'node_modules/none/index.mjs': '' },
      true,
    ],
    [
      'nothing',
      'bad-stage-package',
      'an export that is undefined',
      {
        'node_modules/nothing/package.json': '{"main":"index.cjs"}',
        'node_modules/nothing/index.cjs': 'module.exports = undefined;',
      },
      true,
    ],
  ];

  it.each(packages.map(([uses, code, title, files, allowed]) => ({ uses, code, title, files, allowed })))(
    'is refused, and nothing of it is run: $uses gives $code ($title)',
    async ({ uses, code, files, allowed }) => {
      for (const [path, content] of Object.entries(files)) write(path, content);
      write('package.json', JSON.stringify({ sluice: { stages: allowed === true ? [uses] : [] } }));
      const { plan, diagnostics } = await check(`${head}stages:\n  a: { uses: '${uses}' }\n`);
      expect(plan).toBeUndefined();
      expect(diagnostics).toMatchObject([{ code, line: 4, column: 14 }]);
      expect(touched()).toBeUndefined();
    },
  );

  it.each(['{', '[]', 'null', '{"sluice":7}', '{"sluice":{"stages":"trap"}}', '{"sluice":{"stages":[7,null,{}]}}'])(
    'is not allowed by a package.json that says %s',
    async (manifest) => {
      write('package.json', manifest);
      write('node_modules/trap/package.json', '{"name":"trap","main":"index.mjs"}');
      write('node_modules/trap/index.mjs', trap);
      const { diagnostics } = await check(`${head}stages:\n  a: { uses: trap }\n`);
      expect(diagnostics).toMatchObject([{ code: 'stage-not-allowed' }]);
      expect(touched()).toBeUndefined();
    },
  );
});
