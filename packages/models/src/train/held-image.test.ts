import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createOnnxRuntimeEngine } from '../engines/onnxruntime/onnx-runtime-engine.js';
import type { Executable, TensorEngine } from '../engines/tensor-engine.js';
import { GraphBuilder } from '../graph/graph-builder.js';
import { CHANNELS, IMAGE_TOKENS } from '../sam/shape.js';
import { heldImage, type HeldImage } from './held-image.js';

describe('heldImage', () => {
  let engine: TensorEngine;
  let sum: Executable;
  let image: HeldImage;
  beforeAll(async () => {
    engine = createOnnxRuntimeEngine({ threads: 1 });
    const builder = new GraphBuilder();
    const input = builder.input('image', [IMAGE_TOKENS, CHANNELS]);
    sum = await engine.compile(builder.build({ sum: builder.emit('ReduceSum', [input], { axes: [0, 1] }) }));
    image = await heldImage(engine);
  });
  afterAll(() => engine.dispose());

  const filled = (value: number) => new Float32Array(IMAGE_TOKENS * CHANNELS).fill(value);
  /** The mean that a run sees which is asked for together with an embedding. */
  const seen = async (embedding: Float32Array): Promise<number> => {
    const [, results] = await Promise.all([image.show(embedding), sum.run({ image: image.resident })]);
    return (results['sum']!.data[0] as number) / (IMAGE_TOKENS * CHANNELS);
  };

  it('shows each run the embedding that it was asked for with, however many are under way', async () => {
    const [one, two] = [filled(1), filled(2)];
    expect(await Promise.all([one, one, two, one, two, two].map(seen))).toEqual([1, 1, 2, 1, 2, 2]);
  });

  it('takes an array that has changed once it is told to forget', async () => {
    const embedding = filled(3);
    expect(await seen(embedding)).toBe(3);
    embedding.fill(4);
    expect(await seen(embedding)).toBe(3);
    image.forget();
    expect(await seen(embedding)).toBe(4);
  });

  it('refuses an embedding of another size each time, and goes on', async () => {
    const small = new Float32Array(CHANNELS);
    for (const _ of [0, 1]) await expect(image.show(small)).rejects.toMatchObject({ code: 'models/TENSOR_MISMATCH' });
    expect(await seen(filled(5))).toBe(5);
  });
});
