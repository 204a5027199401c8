import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createOnnxRuntimeEngine } from '../engines/onnxruntime/onnx-runtime-engine.js';
import type { TensorEngine } from '../engines/tensor-engine.js';
import { float32Tensor } from '../engines/tensor.js';
import { filePorts } from '../sam/encoders/encoder-ports.js';
import { golden, valuesOf } from '../testing/golden.js';
import { writeSafetensors } from '../weights/safetensors.js';
import { encoderGraph } from './encoder-graph.js';
import { imageEncoderDigest, openImageEncoder } from './image-encoder.js';

const shared = fileURLToPath(new URL('../../../../../shared/', import.meta.url));
const vitSmall = path.join(shared, 'golden/vit-small.pth');
const mobileSam = path.join(shared, 'weights/mobile_sam.pt');

/** The largest difference, and NaN where one is not a number. */
const worst = (a: ArrayLike<number>, b: ArrayLike<number>): number =>
  Array.from(a).reduce((most, value, i) => Math.max(most, Math.abs(value - b[i]!)), 0);

const pattern = (size: number) =>
  Float32Array.from({ length: 3 * size * size }, (_, i) => Math.sin(i / 1000) + Math.cos(i % 1024));

describe('the encoder of a checkpoint', () => {
  let engine: TensorEngine;
  beforeAll(() => {
    engine = createOnnxRuntimeEngine();
  });
  afterAll(() => engine.dispose());

  async function embeddingOf(model: string, pixels: Float32Array<ArrayBuffer>, size?: number) {
    const encoder = await openImageEncoder(engine, model, size === undefined ? {} : { size });
    const embedding = await encoder.encode(pixels);
    await encoder.release();
    return embedding;
  }

  it.skipIf(!existsSync(vitSmall))("gives PyTorch's output of SAM's ViT (needs ../shared/golden)", async () => {
    const io = golden('vit-small-io');
    const [input, output] = [valuesOf(io, 'input'), valuesOf(io, 'output')]; // [1, 3, 256, 256], [1, 256, 16, 16]
    const embedding = await embeddingOf(vitSmall, input, 256);
    expect(embedding).toHaveLength(output.length);
    const channelMajor = embedding.map((_, i) => embedding[(i % 256) * 256 + Math.floor(i / 256)]!);
    expect(worst(channelMajor, output)).toBeLessThan(1e-5);

    const file = await engine.compile(await encoderGraph(vitSmall, 256, filePorts)); // as it is exported
    const { output: map } = await file.run({ input: float32Tensor([1, 3, 256, 256], valuesOf(io, 'input')) });
    await file.release();
    expect(worst(map!.data as Float32Array, output)).toBeLessThan(1e-5);
  });

  // Every 29989th value of what PyTorch gives; for ViT position embeddings were interpolated bicubically, relative positions linearly.
  it.skipIf(!existsSync(vitSmall))(
    'runs ViT at another size than that of training (needs ../shared/golden)',
    async () => {
      const wanted = [0.011259, 0.024569, 0.142294, -0.059974, -0.033526, -0.037467, -0.003053, 0.044125, 0.045391];
      const embedding = await embeddingOf(vitSmall, pattern(512), 512);
      expect(embedding).toHaveLength(32 * 32 * 256);
      expect(worst(wanted, wanted.map((_, i) => embedding[i * 29989]!))).toBeLessThan(1e-5); // prettier-ignore
    },
  );

  it.skipIf(!existsSync(mobileSam))(
    "runs TinyViT at half the size, and gives the npm package's embedding for MobileSAM's (needs ../shared/weights)",
    async () => {
      const wanted = [-0.031695, 0.021285, 0.014294, 0.004101, 0.045532, -0.017627, 0.029305, -0.004035, -0.045212];
      const pixels = pattern(512);
      const embedding = await embeddingOf(mobileSam, pixels, 512);
      expect(embedding).toHaveLength(32 * 32 * 256);
      expect(worst(wanted, wanted.map((_, i) => embedding[i * 29989]!))).toBeLessThan(1e-5); // prettier-ignore
      expect(worst(embedding, await embeddingOf('sam-tiny-vit', pixels, 512))).toBeLessThan(1e-4);
    },
  );
});

describe('a checkpoint that is no encoder', () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'sluice-encoder-'));
  const file = path.join(folder, 'Gewichte ü.safetensors');
  const engine = createOnnxRuntimeEngine();
  afterAll(async () => {
    rmSync(folder, { recursive: true });
    await engine.dispose();
  });

  it('is refused by what it lacks', async () => {
    writeFileSync(file, writeSafetensors(new Map([['other.weight', { shape: [1], data: Float32Array.of(1) }]])));
    await expect(openImageEncoder(engine, file)).rejects.toMatchObject({
      code: 'models/BAD_MODEL',
      message: expect.stringContaining("neither SAM's ViT nor MobileSAM's TinyViT") as string,
    });
    const begun = new Map([['image_encoder.pos_embed', { shape: [1, 1, 1, 1], data: Float32Array.of(1) }]]);
    writeFileSync(file, writeSafetensors(begun));
    await expect(openImageEncoder(engine, file)).rejects.toMatchObject({ code: 'models/MISSING_WEIGHT' });
  });

  it('has a digest that changes with its bytes; none where there is no file', async () => {
    writeFileSync(file, 'a');
    const before = await imageEncoderDigest(file);
    expect(await imageEncoderDigest(file)).toBe(before);
    writeFileSync(file, 'bb');
    expect(await imageEncoderDigest(file)).not.toBe(before);
    await expect(imageEncoderDigest(path.join(folder, 'gone.pt'))).rejects.toMatchObject({
      code: 'models/NO_MODEL_FILE',
    });
  });

  it('is not asked for an image that patches do not fill', async () => {
    await expect(openImageEncoder(engine, 'sam-tiny-vit', { size: 1000 })).rejects.toMatchObject({
      code: 'models/BAD_MODEL',
      message: expect.stringContaining('take a multiple of 16') as string,
    });
  });
});
