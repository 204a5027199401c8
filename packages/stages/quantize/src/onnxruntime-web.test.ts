import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openContentStore } from '@sluice/core';
import { runStage } from '@sluice/core/testing';
import {
  createOnnxRuntimeEngine,
  float32Tensor,
  type Feeds,
  type ModelArtifact,
  type TensorEngine,
} from '@sluice/models';
import { InferenceSession, Tensor } from 'onnxruntime-web';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { quantize } from './quantize.js';
import { tinyData } from './testing/tiny-images.js';

let folder: string;
let engine: TensorEngine;
let model: ModelArtifact;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'sluice-web-'));
  engine = createOnnxRuntimeEngine({ threads: 2 });
  const { checkpoint, images, prompts } = await tinyData(folder, engine, ['train/a', 'val/a']);
  const { outputs } = await runStage(quantize, {
    options: { samples: 1, 'max-f1-drop': 1, decoder: 'float16-weights' },
    services: { engine, store: openContentStore(join(folder, 'cache')) },
    inputs: { model: [checkpoint], images, prompts },
    folder: join(folder, 'run'),
  });
  model = outputs.model[0]!;
}, 60_000);
afterAll(async () => {
  await engine.dispose();
  rmSync(folder, { recursive: true });
});

/** What a file gives in onnxruntime for browsers, on WebAssembly, and in onnxruntime for Node. */
async function inBoth(path: string, feeds: Feeds, output: string): Promise<readonly [Float32Array, Float32Array]> {
  const web = await InferenceSession.create(readFileSync(path), { executionProviders: ['wasm'] });
  const given = Object.entries(feeds).map(([name, tensor]) => {
    if (!('data' in tensor)) throw new Error(`${name} is fed by value`);
    return [name, new Tensor('float32', tensor.data as Float32Array, tensor.shape)] as const;
  });
  const inWeb = (await web.run(Object.fromEntries(given)))[output]!.data as Float32Array;
  await web.release();
  const native = await engine.loadModel(path);
  const inNode = (await native.run(feeds))[output]!.data as Float32Array;
  await native.release();
  return [inWeb, inNode];
}

const relativeError = (a: Float32Array, b: Float32Array): number =>
  Math.sqrt(a.reduce((sum, x, i) => sum + (x - b[i]!) ** 2, 0) / b.reduce((sum, x) => sum + x ** 2, 0));

it('runs both files in browsers as in Node', async () => {
  const pixels = Float32Array.from({ length: 3 * 1024 * 1024 }, (_, i) => ((i * 7) % 1021) / 510 - 1);
  const [web, node] = await inBoth(model.encoder, { input: float32Tensor([1, 3, 1024, 1024], pixels) }, 'output');
  expect(web).toHaveLength(256 * 4096);
  // A rounding that falls the other way moves a value by one of its 256 levels.
  expect(relativeError(web, node)).toBeLessThan(0.02);
  const prompt = {
    image_embeddings: float32Tensor([1, 256, 64, 64], Float32Array.from(node)),
    point_coords: float32Tensor([1, 2, 2], [100, 200, 700, 650]),
    point_labels: float32Tensor([1, 2], [2, 3]),
    mask_input: float32Tensor([1, 1, 256, 256]),
    has_mask_input: float32Tensor([1]),
    orig_im_size: float32Tensor([2], [192, 256]),
  };
  const [inWeb, inNode] = await inBoth(model.decoder, prompt, 'masks');
  expect(inNode).toHaveLength(192 * 256);
  expect(relativeError(inWeb, inNode)).toBeLessThan(1e-3);
}, 60_000);
