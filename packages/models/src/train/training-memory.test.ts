import { describe, expect, it } from 'vitest';
import type { FitRecord } from './fit.js';
import { trainingMemory, type TrainingMemoryOptions } from './training-memory.js';
import { readTrainingRecord } from './training-record.js';

const stepOf = (step: number): FitRecord => {
  return {
    step,
    epoch: 1,
    learningRate: 1 / 3,
    loss: 0.1 + 0.2,
    focal: 5e-324,
    dice: -0.5,
    iou: 1e300,
    gradientNorm: 2 / 3,
  };
};

/** A trainer whose only weight is the number of snapshots so far, and a state that remembers what is written to it. */
function memoryOf(options: Partial<TrainingMemoryOptions> & { readonly weight?: () => number } = {}) {
  const written: { number: number; content: Uint8Array }[] = [];
  let snapshots = 0;
  const tensor = () => ({ shape: [1], data: Float32Array.of(options.weight?.() ?? snapshots) });
  const memory = trainingMemory({
    trainer: { snapshot: () => Promise.resolve({ steps: ++snapshots, tensors: new Map([['w', tensor()]]) }) },
    state: { write: (number, content) => Promise.resolve(String(written.push({ number, content }))) },
    environment: { threads: 2 },
    ...options,
  });
  const take = async (from: number, to: number, last = -1): Promise<void> => {
    for (let step = from; step <= to; step++) await memory.remember(stepOf(step), step === last);
  };
  return { memory, written, take, numbers: () => written.map(({ number }) => number) };
}

describe('the memory of training', () => {
  it('holds all that is needed to go on, every number exactly', async () => {
    const { memory, written, take } = memoryOf({ past: [stepOf(1)] });
    await take(2, 3, 3);
    await memory.flush();
    expect(readTrainingRecord(written[0]!.content, 'test')).toEqual({
      snapshot: { steps: 1, tensors: new Map([['w', { shape: [1], data: Float32Array.of(1) }]]) },
      past: [stepOf(1), stepOf(2), stepOf(3)],
      environment: { threads: 2 },
    });
  });

  it('holds a loss that is no number, of a step that was left out', async () => {
    const { memory, written } = memoryOf();
    const left: FitRecord = {
      ...stepOf(1),
      loss: Number.NaN,
      focal: Infinity,
      dice: -Infinity,
      gradientNorm: Number.NaN,
    };
    await memory.remember(left, true);
    await memory.flush();
    expect(readTrainingRecord(written[0]!.content, 'test').past).toEqual([left]);
  });

  it('is written at the end of an epoch, and every so many steps within one', async () => {
    const { memory, take, numbers } = memoryOf({ every: 3 });
    await take(1, 8, 5);
    await memory.flush();
    expect(numbers()).toEqual([3, 5, 8]);
  });

  it('is written at least once a minute where nothing else is asked for', async () => {
    let time = 0;
    const { memory, take, numbers } = memoryOf({ now: () => (time += 25_000) });
    await take(1, 9);
    await memory.flush();
    expect(numbers().length).toBeGreaterThanOrEqual(3);
    const eager = memoryOf({ now: () => 0 });
    await eager.take(1, 9);
    expect(eager.numbers()).toEqual([]);
  });

  it('lets training go on while it is written, and is never written twice at once', async () => {
    let open = 0;
    let most = 0;
    const finish: (() => void)[] = [];
    const write = async (): Promise<string> => {
      most = Math.max(most, ++open);
      await new Promise<void>((resolve) => finish.push(resolve));
      open -= 1;
      return '';
    };
    const { memory, take } = memoryOf({ every: 2, state: { write } });
    await take(1, 3); // goes on beyond the second step
    const fourth = take(4, 4);
    await expect.poll(() => finish.length).toBe(1);
    finish[0]!();
    await fourth;
    await expect.poll(() => finish.length).toBe(2);
    finish[1]!();
    await memory.flush();
    expect([finish.length, most]).toEqual([2, 1]);
  });

  it('ends training at the next step where it can not be written', async () => {
    const full = Object.assign(new Error('full'), { code: 'ENOSPC' });
    const { memory, take } = memoryOf({ every: 1, state: { write: () => Promise.reject(full) } });
    await take(1, 1);
    await new Promise((resolve) => setTimeout(resolve, 20));
    await expect(take(2, 2)).rejects.toBe(full);
    await expect(memory.flush()).rejects.toBe(full);
  });

  it.each([Number.NaN, Infinity, -Infinity])('never holds weights that are no numbers: %d', async (bad) => {
    let weight = 1;
    const { memory, take, numbers } = memoryOf({ every: 1, weight: () => weight });
    await take(1, 1);
    weight = bad;
    await take(2, 2);
    await memory.flush();
    expect(numbers()).toEqual([1]);
  });
});
