import { setTimeout } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { GraphBuilder } from '../graph/graph-builder.js';
import { freeMemory } from './free-memory.js';
import { createOnnxRuntimeEngine } from './onnxruntime/onnx-runtime-engine.js';
import { float32Tensor } from './tensor.js';

it('gives the memory of large buffers back, and leaves small ones alone', async () => {
  const large = new Float32Array(2 ** 24).fill(1);
  const small = new Float32Array(8).fill(2);
  const before = process.memoryUsage().arrayBuffers;
  freeMemory([large.buffer, small.buffer, large.buffer, new SharedArrayBuffer(2 ** 20)]);
  expect(large).toHaveLength(0);
  expect(small[7]).toBe(2);
  for (let turn = 0; turn < 100 && process.memoryUsage().arrayBuffers > before - 2 ** 25; turn++) await setTimeout(10);
  expect(process.memoryUsage().arrayBuffers).toBeLessThan(before - 2 ** 25);
  freeMemory([large.buffer]);
});

it.each([true, false])("frees a compiled graph's constants only where they are given away (%s)", async (disposable) => {
  const engine = createOnnxRuntimeEngine({ threads: 1 });
  const weights = Float32Array.from({ length: 2 ** 16 }, (_, i) => i);
  const builder = new GraphBuilder();
  const sum = builder.emit('Add', [builder.input('x', [2 ** 16]), builder.constant(weights)]);
  const executable = await engine.compile(builder.build({ sum }), { disposable });
  expect(weights).toHaveLength(disposable ? 0 : 2 ** 16);
  for (const first of [1, 2]) {
    const x = new Float32Array(2 ** 16).fill(first);
    const { sum: result } = await executable.run({ x: float32Tensor([2 ** 16], x) });
    expect(x[0]).toBe(first);
    expect([result!.data[0], result!.data.at(-1)]).toEqual([first, 2 ** 16 - 1 + first]);
  }
  await engine.dispose();
});
