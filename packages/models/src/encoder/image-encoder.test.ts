import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { frameOf, prepareImage, sharpCodec } from '@sluice/data';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createOnnxRuntimeEngine } from '../engines/onnxruntime/onnx-runtime-engine.js';
import type { Executable, TensorEngine } from '../engines/tensor-engine.js';
import { float32Tensor } from '../engines/tensor.js';
import { resolveModelFile } from '../zoo/resolve-model-file.js';
import { imageEncoderDigest, openImageEncoder, type ImageEncoder } from './image-encoder.js';

const photographs = fileURLToPath(new URL('../../../../../shared/datasets/coco-permissive/images/', import.meta.url));

describe('openImageEncoder', () => {
  let engine: TensorEngine;
  let encoder: ImageEncoder;
  let file: Executable;
  beforeAll(async () => {
    engine = createOnnxRuntimeEngine();
    encoder = await openImageEncoder(engine, 'sam-tiny-vit');
    file = await engine.loadModel(await resolveModelFile('sam-tiny-vit', 'encoder'));
  });
  afterAll(() => engine.dispose());

  /** Largest difference from what the model's own file makes of the pixels. */
  async function differenceFromFile(pixels: Float32Array<ArrayBuffer>, embedding: Float32Array): Promise<number> {
    const [out] = Object.values(await file.run({ input: float32Tensor([1, 3, 1024, 1024], pixels) }));
    expect(out!.shape).toEqual([1, 256, 64, 64]);
    expect(embedding).toHaveLength(256 * 4096);
    const channelMajor = out!.data as Float32Array;
    return embedding.reduce((worst, value, i) => {
      return Math.max(worst, Math.abs(value - channelMajor[(i % 256) * 4096 + Math.floor(i / 256)]!));
    }, 0);
  }

  it("gives the file's own output, token-major, and the same bits again", async () => {
    const pixels = Float32Array.from({ length: 3 * 1024 * 1024 }, (_, i) => Math.sin(i / 1000) + Math.cos(i % 1024));
    const embedding = await encoder.encode(pixels);
    expect(await differenceFromFile(pixels, embedding)).toBeLessThan(1e-4);
    const again = await encoder.encode(pixels);
    expect(Buffer.from(again.buffer).equals(Buffer.from(embedding.buffer))).toBe(true);
  });

  it.skipIf(!existsSync(photographs))(
    "gives the file's own output for a photograph (needs ../shared/datasets)",
    async () => {
      const names = (await readdir(photographs, { recursive: true })).filter((name) => name.endsWith('.jpg')).sort();
      const path = photographs + names[0]!;
      const { width, height } = (await sharpCodec.size(path))!;
      const pixels = await prepareImage({ path, width, height }, frameOf(width, height), 'sam');
      expect(await differenceFromFile(pixels, await encoder.encode(pixels))).toBeLessThan(1e-4);
    },
  );

  it('refuses a model that the zoo does not have', async () => {
    await expect(openImageEncoder(engine, 'sam-huge')).rejects.toMatchObject({ code: 'models/UNKNOWN_MODEL' });
  });

  it('tells by a digest what embeddings depend on', async () => {
    expect(await imageEncoderDigest('sam-tiny-vit')).toMatch(/^[0-9a-f]{64}$/);
  });
});
