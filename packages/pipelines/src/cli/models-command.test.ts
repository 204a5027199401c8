import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { sluice } from '../testing/sluice.js';

const folder = mkdtempSync(path.join(tmpdir(), 'models-'));
const before = process.cwd();
beforeAll(() => {
  process.chdir(folder);
});
beforeEach(() => {
  vi.unstubAllEnvs();
  rmSync('.sluice', { recursive: true, force: true });
});
afterAll(() => {
  process.chdir(before);
  rmSync(folder, { recursive: true, force: true });
});

const names = ['sam-tiny-vit', 'mobile-sam', 'sam-vit-b', 'sam-vit-l', 'sam-vit-h'];
const json = async (...args: readonly string[]): Promise<Record<string, unknown>> =>
  JSON.parse((await sluice(...args, '--json')).out) as Record<string, unknown>;

const pipeline = (model: string): string => `sluice: 1
name: named
stages:
  ingest: { uses: ingest, with: { root: ./data } }
  resize: { uses: resize-pad, in: { samples: ingest.samples } }
  encode:
    uses: encode
    in: { images: resize.images }
    with: { model: ${model} }
`;

describe('sluice models', () => {
  it('ls names each with its licence, size and source', async () => {
    const { models } = (await json('models', 'ls')) as { models: { name: string; state: string; license: string }[] };
    expect(models.map(({ name }) => name)).toEqual(names);
    expect(models.map(({ state }) => state)).toEqual(['here', ...names.slice(1).map(() => 'not pulled')]);
    expect(models.every(({ license }) => license === 'Apache-2.0')).toBe(true);
    const { out } = await sluice('models', 'ls');
    expect(out).toMatch(/sam-vit-h +not pulled +2\.6 GB +641 M +Apache-2\.0 +https:\/\/dl\.fbaipublicfiles\.com/);
  });

  it.each([
    [{}, '.sluice/models'],
    [{ SLUICE_CACHE_DIR: 'shared/cache' }, 'shared/models'],
    [{ SLUICE_CACHE_DIR: 'shared/cache', SLUICE_MODELS_DIR: 'weights' }, 'weights'],
  ])('keeps them, with %j, in %s', async (environment, place) => {
    for (const [name, value] of Object.entries(environment)) vi.stubEnv(name, value);
    expect((await json('models', 'ls'))['folder']).toBe(path.resolve(place));
  });

  it('pull takes a file only if it is the model, and says what it got', async () => {
    writeFileSync('other.pth', 'no weights');
    const { code, err } = await sluice('models', 'pull', 'sam-vit-b', '--from', 'other.pth');
    expect(code).toBe(3);
    expect(err).toMatch(
      /PULL_WRONG_BYTES.*other\.pth is not the model's file: expected 375042383 bytes.*got 10 bytes/s,
    );
    expect(await sluice('models', 'pull', 'sam-vit-b', 'sam-vit-l', '--from', 'x')).toMatchObject({ code: 2 });
  });

  it('verify finds what was altered, and what is missing where it is asked for by name', async () => {
    expect(await sluice('models', 'verify')).toMatchObject({ code: 0 });
    mkdirSync('.sluice/models', { recursive: true });
    writeFileSync('.sluice/models/sam_vit_b_01ec64.pth', 'cut off');
    const { code, out, err } = await sluice('models', 'verify');
    expect(code).toBe(1);
    expect(out).toMatch(/intact {3}sam-tiny-vit {2}.*\naltered {2}sam-vit-b/s);
    expect(err).toContain('sluice models pull');
    expect(err).toMatch(
      /sam_vit_b_01ec64\.pth is not the file .*"sam-vit-b".*: expected 375042383 bytes, found 7 bytes\. Its SHA-256 ends in c912; one that ends in c966 is quoted, too/,
    );
    expect(await json('models', 'verify', 'sam-vit-b')).toMatchObject({
      sound: false,
      files: [{ state: 'altered', problem: expect.stringContaining('found 7 bytes') as string }],
    });
    expect(await json('models', 'verify', 'sam-vit-l')).toMatchObject({ sound: false, files: [{ state: 'missing' }] });
  });

  it('info counts a model that is here, beside what is published, and says where it does not', async () => {
    const { out } = await sluice('models', 'info', 'sam-tiny-vit');
    expect(out).toMatch(/parameters +9\.8 M counted here, 9\.66 M published\n/);
    expect(out).toMatch(/GFLOPs +36\.55 counted here, 38\.55 published\n/);
    expect(await json('models', 'info', 'sam-tiny-vit')).toMatchObject({
      counted: { gigaflops: 36.54893952, parameters: 9_803_780 },
      published: { gigaflops: 38.55, parameters: 9.66e6 },
    });
    const missing = await sluice('models', 'info', 'sam-vit-h');
    expect(missing.out).toMatch(/parameters +641 M published; counted once it is here\n/);
    expect(missing.out).toMatch(/GFLOPs +none published; counted once it is here\n/);
    expect(await json('models', 'info', 'sam-vit-h')).not.toHaveProperty('counted');
    mkdirSync('.sluice/models', { recursive: true });
    writeFileSync('.sluice/models/sam_vit_b_01ec64.pth', 'cut off');
    expect((await sluice('models', 'info', 'sam-vit-b')).out).toMatch(
      /parameters +93\.7 M published; its file can't be read: `sluice models verify sam-vit-b`\n/,
    );
  });

  it('info says where a model is used', async () => {
    mkdirSync('runs/one', { recursive: true });
    writeFileSync('runs/one/pipeline.resolved.yaml', pipeline('sam-vit-b'));
    expect(await json('models', 'info', 'sam-vit-b')).toMatchObject({ usedBy: [{ run: 'one', stages: ['encode'] }] });
    expect((await sluice('models', 'info', 'sam-vit-b')).out).toMatch(/used by +one \(encode\)/);
    expect((await sluice('models', 'info', 'sam-vit-h')).out).toMatch(/used by +no run/);
  });
});

describe('a pipeline that names a model', () => {
  const problem = async (model: string, ...command: readonly string[]) => {
    writeFileSync('pipeline.yaml', pipeline(model));
    const { code, err } = await sluice(...(command.length > 0 ? command : ['validate']), 'pipeline.yaml');
    return { code, err };
  };

  it.each([['validate'], ['plan'], ['run']])(
    'that is not here is told by `%s` the command that brings it',
    async (command) => {
      const { code, err } = await problem('sam-vit-b', command);
      expect(code).toBe(2);
      expect(err).toContain('pipeline.yaml:9:20 not-here the model "sam-vit-b" is not in ');
      expect(err).toContain('`sluice models pull sam-vit-b` brings it');
    },
  );

  it('is well when the model is there, by name or as a file beside it', async () => {
    mkdirSync('.sluice/models', { recursive: true });
    writeFileSync('.sluice/models/sam_vit_b_01ec64.pth', '');
    expect(await problem('sam-vit-b')).toMatchObject({ code: 0 });
    writeFileSync('own.pth', '');
    expect(await problem('own.pth')).toMatchObject({ code: 0 });
    expect((await problem('./none.pth')).err).toContain(`there is no file ${path.resolve('none.pth')}`);
  });

  it('is told what it may have meant', async () => {
    const { code, err } = await problem('sam-vit-bb');
    expect(code).toBe(2);
    expect(err).toMatch(
      /model must be "sam-tiny-vit", .* or the path of a file \(\.pt, \.pth, \.safetensors, \.onnx\)/,
    );
    expect(err).toContain('did you mean "sam-vit-b"?');
  });
});
