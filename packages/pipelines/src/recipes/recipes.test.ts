import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { loadPipeline } from '@sluice/core';
import { writeDemoDataset } from '@sluice/data';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { loadOptions } from '../load-options.js';
import { sluice } from '../testing/sluice.js';
import { findRecipe, recipeNames } from './find-recipe.js';

const folder = mkdtempSync(path.join(tmpdir(), 'recipes-'));
const before = process.cwd();
beforeAll(async () => {
  process.chdir(folder);
  await writeDemoDataset('photos', { seed: 3, train: 2, val: 1, test: 1, width: 160, height: 120 });
});
afterAll(() => {
  process.chdir(before);
  rmSync(folder, { recursive: true, force: true });
});

type Tree = Readonly<Record<string, unknown>>;
const isTree = (value: unknown): value is Tree => typeof value === 'object' && value !== null && !Array.isArray(value);

/** `stages.train.with.epochs` and its value, for all that a mapping holds. */
const leaves = (tree: Tree, prefix = ''): readonly (readonly [string, unknown])[] =>
  Object.entries(tree).flatMap(([key, value]) =>
    isTree(value) ? leaves(value, `${prefix}${key}.`) : [[prefix + key, value] as const],
  );

const valuesAt = async (file: string, profile: string): Promise<ReadonlyMap<string, unknown>> => {
  const set = [`vars.data=${path.resolve('photos')}`, 'vars.model=sam-tiny-vit'];
  const { resolved } = await loadPipeline(file, loadOptions({ profiles: [profile], set }));
  return new Map(leaves(resolved));
};

describe.each(recipeNames())('the recipe %s', (name) => {
  const { file } = findRecipe(name);
  const page = readFileSync(fileURLToPath(new URL('../../recipes/README.md', import.meta.url)), 'utf8');

  it("has each value of OTX's in the table of README.md, beside that of `fast`", async () => {
    const { profiles } = parse(readFileSync(file, 'utf8')) as { profiles: { otx: Tree } };
    const [otx, fast] = [await valuesAt(file, 'otx'), await valuesAt(file, 'fast')];
    const rows = page
      .split('\n')
      .filter((line) => line.startsWith('| `stages.'))
      .map((line) => line.split('|').map((cell) => cell.trim().replaceAll('`', '')));
    const shown = rows.map(([, ...cells]) => cells.slice(0, 3));
    expect(rows.every(([, , , , meaning]) => meaning !== '')).toBe(true);
    expect(shown).toEqual(
      leaves(profiles.otx).map(([key]) => [key, String(otx.get(key)), fast.has(key) ? String(fast.get(key)) : '']),
    );
  });

  it('names its model', () => {
    const { name: title, vars } = parse(readFileSync(file, 'utf8')) as { name: string; vars: { model: string } };
    expect([title, vars.model]).toEqual([name, name]);
  });
});

it('are the same but for the model', () => {
  const [tiny, large] = ['sam-tiny-vit', 'sam-vit-b'].map(
    (name) => parse(readFileSync(findRecipe(name).file, 'utf8')) as Tree,
  );
  expect({ ...tiny, name: '', vars: {} }).toEqual({ ...large, name: '', vars: {} });
});

describe('a recipe command', () => {
  it.each([
    [['--config', 'sam-vit-x', '--data-root', 'photos'], 'pipelines/NO_RECIPE', 'did you mean "sam-vit-b"?'],
    [['--config', 'sam-tiny-vit', '--data-root', 'nowhere'], 'pipelines/DATA_ROOT', 'there is no dataset'],
    [['--config', 'sam-tiny-vit', '--data-root', 'photos', '--preset', 'fst'], 'core/INVALID_PIPELINE', '"fast"'],
    [['--config', 'sam-tiny-vit', '--data-root', 'photos', '--seed', '-1'], 'commander.invalidArgument', 'at least 0'],
    [['--config', 'sam-tiny-vit'], 'commander.missingMandatoryOptionValue', '--data-root'],
    [['--data-root', 'photos'], 'commander.missingMandatoryOptionValue', '--config'],
  ])('that is told %j fails with %s', async (words, code, message) => {
    const ended = await sluice('train', ...words, '--json');
    expect(ended.code).toBe(2);
    expect(JSON.parse(ended.out)).toMatchObject({ error: { code } });
    expect(ended.err).toContain(message);
  });

  it.each([
    [['pipeline.yaml', '--config', 'sam-tiny-vit'], '--config is for a recipe'],
    [['pipeline.yaml', '--seed', '3'], '--seed is for a recipe'],
    [[], 'name a pipeline file to run its tests, or a recipe with --config'],
    [['--config', 'sam-tiny-vit', '--profile', 'fast'], 'name the profile with --preset'],
    [['--config', 'sam-tiny-vit'], '--data-root'],
    [['--config', 'sam-tiny-vit', '--data-root', 'photos', '--checkpoint', 'x', '--max-epochs', '1'], 'for training'],
  ])('`test` that is told %j says: %s', async (words, message) => {
    const { code, out, err } = await sluice('test', ...words);
    expect([code, out]).toEqual([2, '']);
    expect(err).toContain(message);
  });

  it('says of a folder that no format fits what is there, before it trains', async () => {
    mkdirSync('empty');
    writeFileSync('empty/notes.txt', 'no dataset');
    const { code, err } = await sluice('train', '--config', 'sam-tiny-vit', '--data-root', 'empty', '--quiet');
    expect(code).not.toBe(0);
    expect(err).toContain('empty');
  });

  it('lets --set have the last word, over the preset and the other options', async () => {
    const words = ['--config', 'sam-tiny-vit', '--data-root', 'photos', '--seed', '4', '--max-epochs', '7'];
    const { out } = await sluice('train', ...words, '--set', 'stages.train.with.epochs=9', '--print-config');
    expect(out).toMatch(/epochs: 9 +#/);
    expect(out).toMatch(/seed: 4 +#/);
    expect(out).toMatch(/batch-size: 2 +# profile otx/);
    const fast = await sluice('train', ...words, '--preset', 'fast', '--print-config');
    expect(fast.out).toMatch(/loss: sam +# default of train-decoder/);
  });
});
