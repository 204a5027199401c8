import { setTimeout } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { freeMemory } from './free-memory.js';

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
