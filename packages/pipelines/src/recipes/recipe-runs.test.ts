import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { writeDemoDataset } from '@sluice/data';
import {
  createOnnxRuntimeEngine,
  float32Tensor,
  loadSamWeights,
  openImageEncoder,
  writeSafetensors,
} from '@sluice/models';
import { writeTinyCheckpoint } from '@sluice/models/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sluice, type Ended } from '../testing/sluice.js';

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

describe('a ViT of random weights, by the recipe sam-vit-b', () => {
  const data = ['--data-root', 'photos'];
  const plain = ['--config', 'sam_vit_b', '--threads', '2'];
  const recipe = [...plain, ...data, '--max-epochs', '1'];
  const own = ['--set', `vars.model=${path.join(folder, 'tiny.safetensors')}`];
  const runs = (at = 'runs') => readdirSync(at).sort();
  const latest = (file: string, at = 'runs') => readFileSync(path.join(at, runs(at).at(-1)!, file));
  const inRun = (file: string) => path.join('runs', runs()[0]!, file);

  let trained: Ended;
  beforeAll(async () => {
    trained = await sluice('train', ...recipe, ...own);
  }, 120_000);

  it('is trained as OTX does, then scored and exported without being trained again', async () => {
    expect(trained.code, trained.err).toBe(0);
    expect(trained.err).toMatch(/^sluice run \S+sam-vit-b\.yaml --profile otx --set .+ --to stop --runs-dir runs\n/);
    expect(readdirSync(inRun('checkpoints'))).toEqual(['epoch-000.safetensors', 'epoch-001.safetensors']);
    const weights = readFileSync(inRun('checkpoints/epoch-001.safetensors'));
    expect(await scoresOf(...recipe, ...own)).toHaveLength(2);
    expect(await sluice('export', ...recipe, ...own)).toMatchObject({ code: 0 });
    expect(latest('checkpoints/epoch-001.safetensors').equals(weights)).toBe(true);
    expect(latest('models/decoder.onnx').length).toBeGreaterThan(16_000_000);
    expect(runs()).toHaveLength(3);
    await expectSameEmbedding(path.join('runs', runs().at(-1)!, 'models/encoder.onnx'), 'tiny.safetensors');
  }, 120_000);

  it('is scored and exported with --checkpoint, of a run or a file, and nothing is trained', async () => {
    const [untouched, best] = await scoresOf(...recipe, ...own);
    const by = (checkpoint: string) => scoresOf(...plain, ...data, ...own, '--checkpoint', checkpoint);
    expect(await by(inRun('checkpoints/epoch-000.safetensors'))).toEqual([untouched]);
    const [last] = await by(inRun('checkpoints/epoch-001.safetensors'));
    expect(last).toMatchObject({ epoch: 1, step: 1 });
    expect(last!['f1']).not.toBe(untouched!['f1']);
    expect(await by(runs()[0]!)).toEqual([best]);
    expect(await by('latest')).toEqual([best]);

    const weights = inRun('checkpoints/epoch-001.safetensors');
    const elsewhere = ['--work-dir', 'exported', '--checkpoint', weights];
    expect(await sluice('export', ...plain, ...own, ...elsewhere)).toMatchObject({ code: 0 });
    expect(latest('pipeline.resolved.yaml', 'exported').toString()).not.toContain('train-decoder');
    const exported = path.join('exported', runs('exported')[0]!, 'models/decoder.onnx');
    expect((await bytesOf(exported)).equals(await bytesOf(weights))).toBe(true);
    expect(await by(exported)).toEqual([{ ...last, step: 0 }]);
  }, 120_000);

  it('is asked as the run of its checkpoint has prepared images, unless a preset is named', async () => {
    const shown = async (...words: readonly string[]): Promise<string> => {
      const { code, out, err } = await sluice('test', ...plain, ...data, ...own, '--print-config', ...words);
      expect(code, err).toBe(0);
      return out;
    };
    const made = 'trained/faster/checkpoints/epoch-001.safetensors';
    mkdirSync(path.dirname(made), { recursive: true });
    cpSync(inRun('checkpoints/epoch-001.safetensors'), made);
    expect(await shown('--checkpoint', made)).toMatch(/mode: otx/);
    const stages =
      'ingest: { uses: ingest, with: { rules: sluice } }, resize: { uses: resize-pad, with: { mode: sam, size: 512 } }';
    writeFileSync('trained/faster/pipeline.resolved.yaml', `sluice: 1\nname: faster\nstages: { ${stages} }\n`);
    const asTrained = await shown('--checkpoint', made);
    for (const value of [/rules: sluice/, /mode: sam/, /size: 512/, /boxes: true/]) expect(asTrained).toMatch(value);
    expect(await shown('--checkpoint', made, '--preset', 'otx')).toMatch(/mode: otx/);
    expect(await shown('--checkpoint', made, '--set', 'stages.resize.with.mode=otx')).toMatch(/mode: otx/);
  });

  it('is asked with --checkpoint for masks, by boxes alone too', async () => {
    const weights = inRun('checkpoints/epoch-001.safetensors');
    const words = ['predict', ...plain, ...own, '--checkpoint', weights, '--work-dir', 'asked'];
    expect(await sluice(...words, ...data)).toMatchObject({ code: 0 });
    const [byMasks] = runs('asked');

    const file = 'annotations/instances_test.json';
    const labelled = JSON.parse(readFileSync(path.join('photos', file), 'utf8')) as { annotations: object[] };
    const annotations = labelled.annotations.map((annotation) => ({ ...annotation, segmentation: undefined }));
    cpSync('photos/images/test', 'boxes/images/test', { recursive: true });
    mkdirSync('boxes/annotations');
    writeFileSync(path.join('boxes', file), JSON.stringify({ ...labelled, annotations }));
    expect(await sluice(...words, '--data-root', 'boxes')).toMatchObject({ code: 0 });
    const [, byBoxes] = runs('asked');

    const [masks, same] = [byMasks!, byBoxes!].map((run) => {
      expect(readdirSync(path.join('asked', run, 'predictions/test'))).toEqual(['001.png']);
      return readFileSync(path.join('asked', run, 'predictions/instances_test.json'), 'utf8');
    });
    expect((JSON.parse(masks!) as typeof labelled).annotations).toHaveLength(annotations.length);
    expect(same).toBe(masks);
    const { code, err } = await sluice(...words, ...data, '--set', 'stages.ingest.with.subsets.test=[nothing]');
    expect(code).toBe(2);
    expect(err).toContain('data/NO_SUBSET');
  }, 120_000);

  it('is trained on from --checkpoint', async () => {
    const start = inRun('checkpoints/epoch-001.safetensors');
    const { code, err } = await sluice('train', ...recipe, ...own, '--work-dir', 'on', '--checkpoint', start);
    expect(code, err).toBe(0);
    const [before, first, last] = await Promise.all(
      [
        start,
        ...['epoch-000', 'epoch-001'].map((name) => path.join('on', runs('on')[0]!, `checkpoints/${name}.safetensors`)),
      ].map(bytesOf),
    );
    expect(first!.equals(before!)).toBe(true);
    expect(last!.equals(before!)).toBe(false);
  }, 120_000);

  it.each([
    ['no-such-run', 'pipelines/NO_RUN', 'no run in runs is called "no-such-run"'],
    ['empty-run', 'pipelines/NO_CHECKPOINT', 'has no trained decoder'],
    ['photos/annotations/instances_val.json', 'pipelines/BAD_CHECKPOINT', "can't be read as a checkpoint"],
    ['cut.safetensors', 'pipelines/BAD_CHECKPOINT', "can't be read as a checkpoint"],
    ['other.safetensors', 'core/INVALID_PIPELINE', 'does not hold the tensors'],
  ])('is not taken from %s: %s', async (checkpoint, code, message) => {
    mkdirSync('runs/empty-run/checkpoints', { recursive: true });
    writeFileSync('runs/empty-run/checkpoints/epoch-000.safetensors', 'untouched');
    writeFileSync('cut.safetensors', readFileSync('tiny.safetensors').subarray(0, 5000));
    writeFileSync('other.safetensors', writeSafetensors(new Map([['w', { shape: [1], data: Float32Array.of(1) }]])));
    for (const command of ['test', 'predict', 'export', 'train']) {
      const ended = await sluice(command, ...plain, ...data, ...own, '--json', '--checkpoint', checkpoint);
      expect([command, ended.code, (JSON.parse(ended.out) as { error: object }).error]).toEqual([
        command,
        2,
        expect.objectContaining({ code }),
      ]);
      expect(ended.err).toContain(message);
    }
    rmSync('runs/empty-run', { recursive: true });
  });

  it('is not taken for another model, nor where the dataset has no test images', async () => {
    const checkpoint = ['--checkpoint', inRun('checkpoints/epoch-001.safetensors')];
    const other = await sluice('test', '--config', 'sam-tiny-vit', ...data, ...checkpoint);
    expect(other.code).toBe(2);
    expect(other.err).toMatch(
      /was fine-tuned from ".*tiny\.safetensors" \(a ViT that is 16 wide\); it does not fit "sam-tiny-vit" \(tiny-vit\)/,
    );
    await writeDemoDataset('untested', { seed: 4, train: 1, val: 1, test: 0, width: 64, height: 48 });
    const empty = await sluice('test', ...plain, ...own, ...checkpoint, '--data-root', 'untested');
    expect(empty.code).toBe(2);
    expect(empty.err).toContain('models/SUBSET_EMPTY: the subset "test" has no usable image');
  }, 60_000);

  it('is asked for by the command that brings the weights where they are missing', async () => {
    const { code, err } = await sluice('train', ...recipe, '--set', 'seed=1');
    expect(code).toBe(2);
    expect(err).toContain('`sluice models pull sam-vit-b` brings it');
  });
});

type Scores = Readonly<Record<string, number>>;

/** What `sluice test` says at the end, a row for each checkpoint. */
async function scoresOf(...words: readonly string[]): Promise<readonly Scores[]> {
  const { code, out, err } = await sluice('test', ...words, '--json');
  expect(code, err).toBe(0);
  return (JSON.parse(out) as { final: { values: Scores }[] }).final.map(({ values }) => values);
}

/** A decoder's weights alone. */
const bytesOf = async (file: string): Promise<Buffer> =>
  Buffer.from(writeSafetensors(await loadSamWeights(path.resolve(file))));

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
