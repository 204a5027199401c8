import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { loadPipeline } from '@sluice/core';
import { writeDemoDataset } from '@sluice/data';
import { createOnnxRuntimeEngine, float32Tensor, openImageEncoder } from '@sluice/models';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { loadOptions } from '../load-options.js';
import { sluice } from '../testing/sluice.js';
import { findRecipe, recipeNames } from './find-recipe.js';
import { writeTinyCheckpoint } from './tiny-checkpoint.test.support.js';

const folder = mkdtempSync(path.join(tmpdir(), 'recipes-'));
const before = process.cwd();
beforeAll(async () => {
  process.chdir(folder);
  await writeDemoDataset('photos', { seed: 3, train: 2, val: 1, test: 1, width: 160, height: 120 });
  await writeTinyCheckpoint('tiny.safetensors');
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

describe('a ViT of random weights, by the recipe sam-vit-b', () => {
  const recipe = ['--config', 'sam_vit_b', '--data-root', 'photos', '--max-epochs', '1', '--threads', '2'];
  const own = ['--set', `vars.model=${path.join(folder, 'tiny.safetensors')}`];
  const runs = () => readdirSync('runs').sort();
  const latest = (file: string) => readFileSync(path.join('runs', runs().at(-1)!, file));

  it('is trained as OTX does, then scored and exported without being trained again', async () => {
    const trained = await sluice('train', ...recipe, ...own);
    expect(trained.code, trained.err).toBe(0);
    expect(trained.err).toMatch(/^sluice run \S+sam-vit-b\.yaml --profile otx --set .+ --to stop --runs-dir runs\n/);
    expect(readdirSync(path.join('runs', runs()[0]!, 'checkpoints'))).toEqual([
      'epoch-000.safetensors',
      'epoch-001.safetensors',
    ]);
    const weights = latest('checkpoints/epoch-001.safetensors');
    const scored = JSON.parse((await sluice('evaluate', ...recipe, ...own, '--json')).out) as { final: unknown[] };
    expect(scored.final).toHaveLength(2);
    expect(await sluice('export', ...recipe, ...own)).toMatchObject({ code: 0 });
    expect(latest('checkpoints/epoch-001.safetensors').equals(weights)).toBe(true);
    expect(latest('models/decoder.onnx').length).toBeGreaterThan(16_000_000);
    expect(runs()).toHaveLength(3);
    await expectSameEmbedding(path.join('runs', runs().at(-1)!, 'models/encoder.onnx'), 'tiny.safetensors');
  }, 120_000);

  it('is asked for by the command that brings the weights where they are missing', async () => {
    const { code, err } = await sluice('train', ...recipe, '--set', 'seed=1');
    expect(code).toBe(2);
    expect(err).toContain('`sluice models pull sam-vit-b` brings it');
  });
});

/** The exported encoder gives what the stages take from the checkpoint, `[1, 256, 64, 64]` for `[4096, 256]`. */
async function expectSameEmbedding(file: string, checkpoint: string): Promise<void> {
  const engine = createOnnxRuntimeEngine();
  const pixels = Float32Array.from({ length: 3 * 1024 * 1024 }, (_, i) => Math.sin(i / 1000));
  const encoder = await openImageEncoder(engine, path.resolve(checkpoint));
  const embedding = await encoder.encode(pixels);
  const exported = await engine.loadModel(path.resolve(file));
  const { output } = await exported.run({ input: float32Tensor([1, 3, 1024, 1024], pixels) });
  expect(output!.shape).toEqual([1, 256, 64, 64]);
  const data = output!.data as Float32Array;
  const worst = embedding.reduce(
    (most, value, i) => Math.max(most, Math.abs(value - data[(i % 256) * 4096 + Math.floor(i / 256)]!)),
    0,
  );
  expect(worst).toBeLessThan(1e-5);
  expect(embedding.some((value) => Math.abs(value) > 0.1)).toBe(true);
  await engine.dispose();
}

describe('a recipe command', () => {
  it.each([
    [['--config', 'sam-vit-x', '--data-root', 'photos'], 'pipelines/NO_RECIPE', 'did you mean "sam-vit-b"?'],
    [['--config', 'sam-tiny-vit', '--data-root', 'nowhere'], 'pipelines/DATA_ROOT', 'there is no dataset'],
    [['--config', 'sam-tiny-vit', '--data-root', 'photos', '--preset', 'fst'], 'core/INVALID_PIPELINE', '"fast"'],
    [['--config', 'sam-tiny-vit', '--data-root', 'photos', '--seed', '-1'], 'commander.invalidArgument', 'at least 0'],
    [['--config', 'sam-tiny-vit'], 'commander.missingMandatoryOptionValue', '--data-root'],
  ])('that is told %j fails with %s', async (words, code, message) => {
    const ended = await sluice('train', ...words, '--json');
    expect(ended.code).toBe(2);
    expect(JSON.parse(ended.out)).toMatchObject({ error: { code } });
    expect(ended.err).toContain(message);
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
