import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runStage } from '@sluice/core/testing';
import { decodeRleString, maskOfCounts, promptSampler, sharpCodec, type Sample } from '@sluice/data';
import {
  createDecoderPredictor,
  createOnnxRuntimeEngine,
  loadSamWeights,
  upsampleLogits,
  writeSafetensors,
  type Checkpoint,
  type EncodedSample,
  type TensorEngine,
} from '@sluice/models';
import sharp from 'sharp';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { predict } from './predict.js';

const [width, height] = [96, 64];
let folder: string;
let engine: TensorEngine;
let checkpoint: Checkpoint;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'sluice-predict-'));
  engine = createOnnxRuntimeEngine({ threads: 2 });
  const bytes = writeSafetensors(await loadSamWeights('sam-tiny-vit'), {});
  const path = join(folder, 'decoder.safetensors');
  writeFileSync(path, bytes);
  const digest = createHash('sha256').update(bytes).digest('hex');
  checkpoint = { epoch: 1, step: 1, stepsPerEpoch: 1, model: 'sam-tiny-vit', path, digest };
  const grey = sharp({ create: { width, height, channels: 3, background: 'grey' } });
  await grey.png().toFile(join(folder, 'a.png'));
});
afterAll(async () => {
  await engine.dispose();
  rmSync(folder, { recursive: true });
});

/** Instances side by side, `count` of them, of two categories in turn. */
const sampleOf = (id: string, count: number): Sample => ({
  key: `val/${id}`,
  id,
  subset: 'val',
  image: { path: join(folder, 'a.png'), width, height },
  instances: Array.from({ length: count }, (_, i) => {
    const x = 4 + ((i * 7) % 60);
    return {
      id: `instance ${String(i)}`,
      category: i % 2 === 0 ? 'leaf' : 'fruit',
      mask: { kind: 'polygons', rings: [[x, 10, x + 20, 10, x + 20, 50, x, 50]] },
    };
  }),
});
const frame = { size: 1024, width: 1024, height: 683 };
const embedding = Float32Array.from({ length: 4096 * 256 }, (_, i) => Math.sin(i * 0.37) * 0.3);
const encodedOf = ({ key, subset, image }: Sample): EncodedSample => ({
  ...{ key, subset, image, frame, digest: key },
  load: () => Promise.resolve(embedding),
});

const ask = (samples: readonly Sample[], options: object = {}) =>
  runStage(predict, {
    options: { subset: 'val', ...options },
    services: { engine, codec: sharpCodec },
    inputs: {
      checkpoint: [{ ...checkpoint, path: 'an earlier one that is not read' }, checkpoint],
      embeddings: samples.map(encodedOf),
      prompts: samples.map(promptSampler({ seed: 0 })),
    },
  });

interface Coco {
  readonly images: readonly { readonly id: number; readonly file_name: string }[];
  readonly categories: readonly { readonly id: number; readonly name: string }[];
  readonly annotations: readonly {
    readonly image_id: number;
    readonly category_id: number;
    readonly instance: string;
    readonly score: number;
    readonly area: number;
    readonly segmentation: { readonly size: readonly number[]; readonly counts: string };
  }[];
}

it("writes the last checkpoint's mask for each prompt, at the image's size, with the IoU that it predicts", async () => {
  const samples = [sampleOf('a/ä', 3), sampleOf('b', 0), sampleOf('c.png', 40)];
  const { outputs, run } = await ask(samples, { pictures: 2 });
  expect(outputs.predictions).toEqual([{ subset: 'val', path: join(run.root, 'predictions/instances_val.json') }]);
  const { images, categories, annotations } = JSON.parse(readFileSync(outputs.predictions[0]!.path, 'utf8')) as Coco;
  expect(images).toEqual([
    { id: 1, file_name: 'a/ä.png', width, height },
    { id: 2, file_name: 'b.png', width, height },
    { id: 3, file_name: 'c.png', width, height },
  ]);
  expect(categories.map(({ name }) => name)).toEqual(['fruit', 'leaf']);
  expect(annotations.map(({ image_id }) => image_id)).toEqual([1, 1, 1, ...Array.from({ length: 40 }, () => 3)]);
  expect(annotations.slice(0, 3).map(({ instance, category_id }) => [instance, category_id])).toEqual([
    ['instance 0', 2],
    ['instance 1', 1],
    ['instance 2', 2],
  ]);

  const predictor = await createDecoderPredictor(engine, await loadSamWeights('sam-tiny-vit'));
  const prompts = promptSampler({ seed: 0 })(samples[2]!).promptsAt('evaluation');
  const { logits, iou } = await predictor.predict(embedding, frame, { width, height }, prompts);
  for (const i of [0, 31, 32, 39]) {
    const { score, segmentation, area } = annotations[3 + i]!;
    const mask = maskOfCounts(decodeRleString(segmentation.counts), width, height);
    const expected = Uint8Array.from(upsampleLogits(logits[i]!, frame, width, height), (logit) => (logit > 0 ? 1 : 0));
    expect(mask.data).toEqual(expected);
    expect(area).toBe(expected.reduce((sum, bit) => sum + bit, 0));
    expect(score).toBeCloseTo(iou[i]!, 5);
  }
  await predictor.release();
});

it('draws the masks over as many images as it is asked to, at their own size', async () => {
  const { run, events } = await ask([sampleOf('a', 2), sampleOf('b', 0), sampleOf('c', 1)], { pictures: 2 });
  const drawn = join(run.root, 'predictions/val');
  expect(readdirSync(drawn)).toEqual(['001.png', '002.png']);
  const stdOf = async (name: string) => {
    const { channels } = await sharp(join(drawn, name)).stats();
    return channels.reduce((sum, { stdev }) => sum + stdev, 0);
  };
  expect(await sharp(join(drawn, '001.png')).metadata()).toMatchObject({ width, height });
  expect(await stdOf('001.png')).toBeGreaterThan(10);
  expect(await stdOf('002.png')).toBe(0);
  expect(events.flatMap((event) => (event.type === 'artifact' ? [event.name] : []))).toEqual([
    'masks of the subset val (COCO)',
    'pictures of them',
  ]);
  const without = await ask([sampleOf('a', 1)], { pictures: 0 });
  expect(readdirSync(join(without.run.root, 'predictions'))).toEqual(['instances_val.json']);
});

it('fails on a subset without images, or writes nothing where it may', async () => {
  await expect(ask([sampleOf('a', 1)], { subset: 'test' })).rejects.toMatchObject({ code: 'models/SUBSET_EMPTY' });
  const { outputs, run } = await ask([], { 'if-empty': 'skip' });
  expect(outputs.predictions).toEqual([]);
  expect(readdirSync(run.root)).not.toContain('predictions');
});

it('ends when it is cancelled, and leaves no file of half the masks', async () => {
  const controller = new AbortController();
  const loaded: string[] = [];
  const samples = ['a', 'b'].map((id) => sampleOf(id, 1));
  const cancelled = runStage(predict, {
    options: { subset: 'val', pictures: 0 },
    services: { engine, codec: sharpCodec },
    inputs: {
      checkpoint: [checkpoint],
      embeddings: samples.map((sample) => ({
        ...encodedOf(sample),
        load: () => {
          loaded.push(sample.id);
          controller.abort(new Error('enough'));
          return Promise.resolve(embedding);
        },
      })),
      prompts: samples.map(promptSampler({ seed: 0 })),
    },
    folder,
    signal: controller.signal,
  });
  await expect(cancelled).rejects.toThrow('enough');
  await ask([sampleOf('a', 1)]); // the engine answers in turn: what the first has asked for is over by then
  expect(loaded).toEqual(['a']);
  expect(existsSync(join(folder, 'predictions/instances_val.json'))).toBe(false);
});
