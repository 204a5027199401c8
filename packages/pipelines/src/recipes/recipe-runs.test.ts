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

  it("is asked with --checkpoint about an image by boxes and points of one's own, without a dataset", async () => {
    const [run] = runs('asked');
    const byMasks = predictionsOf(path.join('asked', run!));
    const { file_name: name } = byMasks.images[0]!;
    const image = path.join('photos/images/test', name);
    const { annotations } = JSON.parse(readFileSync('photos/annotations/instances_test.json', 'utf8')) as {
      annotations: { bbox: [number, number, number, number] }[];
    };
    const boxes = annotations.slice(0, 2).map(({ bbox: [x, y, width, height] }) => [x, y, x + width, y + height]);
    const words = ['predict', ...plain, ...own, '--checkpoint', inRun('checkpoints/epoch-001.safetensors')];
    const ask = async (workDir: string, ...prompts: readonly string[]) => {
      const { code, err } = await sluice(...words, '--work-dir', workDir, ...prompts);
      expect(code, err).toBe(0);
      return predictionsOf(path.join(workDir, runs(workDir)[0]!));
    };
    const asked = boxes.flatMap((box) => ['--box', box.join(',')]);
    const answered = await ask('given', '--image', image, ...asked, '--point', '20,30', '--point', '20,30 1,1,0');
    expect(answered.images).toEqual(byMasks.images);
    expect(answered.annotations.map(({ instance }) => instance)).toEqual(['1', '2', '3', '4']);
    const masks = answered.annotations.map(({ segmentation }) => segmentation);
    expect(masks.slice(0, 2)).toEqual(byMasks.annotations.slice(0, 2).map(({ segmentation }) => segmentation));
    expect(masks[3]).not.toEqual(masks[2]);

    const prompts = [{ box: boxes[0], category: 'Blüte' }, { points: [[20, 30]] }];
    writeFileSync(path.join('photos/images/test', 'ask.json'), JSON.stringify({ images: [{ file: name, prompts }] }));
    const fromFile = await ask('given-file', '--prompts', 'photos/images/test/ask.json');
    expect(fromFile.annotations.map(({ segmentation }) => segmentation)).toEqual([masks[0], masks[2]]);
    expect(fromFile.categories.map(({ name }) => name)).toEqual(['Blüte', 'object']);

    const outside = await sluice(...words, '--work-dir', 'given', '--image', image, '--point', '20,3000');
    expect(outside.code).not.toBe(0);
    expect(outside.err).toContain('has the point 20,3000 beside the image');
  }, 120_000);

  it.each([
    [['--box', '1,2,3,4'], '--box and --point need the image that they are of'],
    [['--image', 'photos'], '--image needs a --box or a --point'],
    [['--image', 'photos', '--box', '1,2,3'], 'It must be 4 numbers with commas between.'],
    [['--image', 'photos', '--point', '1,x'], 'It must be 2 or 3 numbers with commas between.'],
    [['--image', 'photos', '--point', '1,2', '--prompts', 'p.json'], '--prompts names the images itself'],
    [['--prompts', 'p.json', '--data-root', 'photos'], '--data-root has prompts of its own'],
    [['--prompts', 'nowhere.json'], 'nowhere.json'],
    [[], "required option '--data-root <path>' not specified"],
  ])('is not asked with %j', async (words, message) => {
    const weights = inRun('checkpoints/epoch-001.safetensors');
    const { code, err } = await sluice('predict', '--config', 'sam-tiny-vit', '--checkpoint', weights, ...words);
    expect(code).not.toBe(0);
    expect(err).toContain(message);
  });

  it('is quantized with --checkpoint, and what was found out before is not found out again', async () => {
    const optimized = ['--work-dir', 'optimized', '--checkpoint', inRun('checkpoints/epoch-001.safetensors')];
    const few = ['--set', 'stages.quantize.with.samples=1', '--set', 'stages.quantize.with.max-f1-drop=1'];
    const optimize = async () => {
      const { code, out, err } = await sluice('optimize', ...plain, ...data, ...own, ...few, ...optimized, '--json');
      expect(code, err).toBe(0);
      const { stages, final } = JSON.parse(out) as { stages: { id: string; counted: object }[]; final: object[] };
      return { counted: stages.find(({ id }) => id === 'quantize')!.counted, final };
    };
    const first = await optimize();
    expect(first.counted).toEqual({ 'models quantized': 1 });
    expect(first.final).toHaveLength(4);
    expect(latest('pipeline.resolved.yaml', 'optimized').toString()).not.toContain('train-decoder');
    const file = latest('quantized/encoder.onnx', 'optimized');
    expect(await optimize()).toEqual({ ...first, counted: { 'quantized models from the cache': 1 } });
    expect(latest('quantized/encoder.onnx', 'optimized').equals(file)).toBe(true);
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

const predictionsOf = (run: string) =>
  JSON.parse(readFileSync(path.join(run, 'predictions/instances_test.json'), 'utf8')) as {
    readonly images: readonly { readonly file_name: string }[];
    readonly categories: readonly { readonly name: string }[];
    readonly annotations: readonly { readonly instance: string; readonly segmentation: object }[];
  };
