import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { cruise } from 'dependency-cruiser';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

const { forbidden, options } = createRequire(import.meta.url)('../.dependency-cruiser.cjs');

let folder;
beforeEach(() => {
  folder = realpathSync(mkdtempSync(path.join(tmpdir(), 'layers-')));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** Names of the rules that a tree of files breaks; `files` gives each file's import, or none. */
async function brokenRules(files) {
  for (const [file, imported] of Object.entries(files)) {
    mkdirSync(path.join(folder, path.dirname(file)), { recursive: true });
    const from = imported?.startsWith('.') || !imported ? imported : path.relative(path.dirname(file), imported);
    writeFileSync(path.join(folder, file), `${from ? `import '${from}';` : ''}\nexport const here = 1;\n`);
  }
  const { tsConfig: _, ...others } = options;
  const { output } = await cruise(
    ['packages', 'examples'].filter((top) => Object.keys(files).some((file) => file.startsWith(top))),
    {
      ...others,
      baseDir: folder,
      validate: true,
      ruleSet: { forbidden, options: others },
    },
  );
  return [...new Set(output.summary.violations.map((violation) => violation.rule.name))].sort();
}

const core = 'packages/core/src/a.ts';
const data = 'packages/data/src/a.ts';
const models = 'packages/models/src/a.ts';
const encode = 'packages/stages/encode/src/a.ts';
const ingest = 'packages/stages/ingest/src/a.ts';
const pipelines = 'packages/pipelines/src/a.ts';
const example = 'examples/demo/src/a.ts';
/** What another package sees of a package. */
const door = (file) => file.replace('/src/', '/dist/').replace('.ts', '.js');

describe('the layer check', () => {
  it.each([
    ['core-knows-nothing-above', core, data],
    ['core-knows-nothing-above', core, example],
    ['data-knows-nothing-above', data, models],
    ['models-knows-nothing-above', models, encode],
    ['stages-knows-nothing-above', encode, pipelines],
    ['pipelines-knows-nothing-above', pipelines, example],
    ['stages-are-strangers', encode, ingest],
    ['testing-is-for-tests', data, 'packages/core/src/testing/a.ts'],
  ])('finds that %s where %s imports %s', async (rule, from, to) => {
    expect(await brokenRules({ [from]: door(to), [door(to)]: undefined })).toEqual([rule]);
  });

  it('finds a cycle, an import that leads nowhere, a test in the product, and a path into another package', async () => {
    const sibling = core.replace('a.ts', 'b.ts');
    expect(await brokenRules({ [core]: './b.js', [sibling]: './a.js' })).toEqual(['no-cycle']);
    rmSync(path.join(folder, sibling));
    expect(await brokenRules({ [core]: './nowhere.js' })).toEqual(['not-to-unresolvable']);
    expect(await brokenRules({ [core]: './a.test.js', 'packages/core/src/a.test.ts': undefined })).toEqual([
      'testing-is-for-tests',
    ]);
    expect(await brokenRules({ [core]: undefined, [data]: core.replace('.ts', '.js') })).toEqual(['through-the-door']);
  });

  it('lets every layer use those below it, and tests use what is for tests', async () => {
    const files = { [core]: undefined, [data]: door(core), [models]: door(data), [encode]: door(models) };
    const above = { [pipelines]: door(encode), [example]: door(pipelines) };
    const test = {
      'packages/data/src/a.test.ts': 'packages/core/dist/testing/a.js',
      'packages/core/dist/testing/a.js': undefined,
    };
    const doors = Object.fromEntries([core, data, models, encode, pipelines].map((file) => [door(file), undefined]));
    expect(await brokenRules({ ...files, ...above, ...test, ...doors })).toEqual([]);
  });
});
