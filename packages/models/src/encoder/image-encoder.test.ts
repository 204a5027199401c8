import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createOnnxRuntimeEngine } from '../engines/onnxruntime/onnx-runtime-engine.js';
import type { TensorEngine } from '../engines/tensor-engine.js';
import { float32Tensor } from '../engines/tensor.js';
import { resolveModelFile } from '../zoo/resolve-model-file.js';
import { imageEncoderDigest, openImageEncoder } from './image-encoder.js';
import { toTokenMajor } from './token-major.js';

describe('openImageEncoder', () => {
  let engine: TensorEngine;
  beforeAll(() => {
    engine = createOnnxRuntimeEngine();
  });
  afterAll(() => engine.dispose());

  it("gives the file's own output, token-major, and the same bits again", async () => {
    const pixels = Float32Array.from({ length: 3 * 1024 * 1024 }, (_, i) => Math.sin(i / 1000) + Math.cos(i % 1024));
    const encoder = await openImageEncoder(engine, 'sam-tiny-vit');
    const embedding = await encoder.encode(pixels);
    expect(pixels).toHaveLength(3 * 1024 * 1024);
    const again = await encoder.encode(pixels);
    expect(Buffer.from(again.buffer).equals(Buffer.from(embedding.buffer))).toBe(true);

    const file = await engine.loadModel(await resolveModelFile('sam-tiny-vit', 'encoder'));
    const [out] = Object.values(await file.run({ input: float32Tensor([1, 3, 1024, 1024], pixels) }));
    expect(out!.shape).toEqual([1, 256, 64, 64]);
    const [token, channel] = [1234, 77];
    expect(embedding[token * 256 + channel]).toBe(out!.data[channel * 4096 + token]);
    expect(embedding.every((value, i) => value === out!.data[(i % 256) * 4096 + Math.floor(i / 256)])).toBe(true);
    expect(await imageEncoderDigest('sam-tiny-vit')).toMatch(/^[0-9a-f]{64}$/);
    await encoder.release();
  });

  it('refuses a model that the zoo does not have', async () => {
    await expect(openImageEncoder(engine, 'sam-huge')).rejects.toMatchObject({ code: 'models/UNKNOWN_MODEL' });
  });
});

describe('toTokenMajor', () => {
  it('turns channels by tokens into tokens by channels, whatever the sizes are', () => {
    const [channels, tokens] = [37, 70];
    const turned = toTokenMajor(
      Float32Array.from({ length: channels * tokens }, (_, i) => i),
      channels,
      tokens,
    );
    expect(turned.every((value, i) => value === (i % channels) * tokens + Math.floor(i / channels))).toBe(true);
  });
});
