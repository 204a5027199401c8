import { execFile } from 'node:child_process';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { GraphBuilder } from '../../graph/graph-builder.js';
import type { Graph } from '../../graph/graph.js';
import type { Executable, TensorEngine } from '../tensor-engine.js';
import { float32Tensor, type Tensor } from '../tensor.js';
import { createOnnxRuntimeEngine } from './onnx-runtime-engine.js';

/** next = state * 2 + step; sum = ReduceSum(next); positive = next > 0. */
function counterGraph(): Graph {
  const g = new GraphBuilder();
  const state = g.input('state', [3]);
  const step = g.input('step', [3]);
  const next = g.emit('Add', [g.emit('Mul', [state, g.constant(2)]), step]);
  const sum = g.emit('ReduceSum', [next], { axes: [0], keepdims: false });
  return g.build({ next, sum, positive: g.emit('Greater', [next, g.constant(0)]) });
}

/** y = softmax(a · b) · b, large enough for several threads. */
function heavyGraph(size: number): Graph {
  const g = new GraphBuilder();
  const a = g.input('a', [size, size]);
  const b = g.input('b', [size, size]);
  const scores = g.emit('Softmax', [g.emit('MatMul', [a, b])], { axis: 1 });
  return g.build({ y: g.emit('MatMul', [scores, b]) });
}

const noise = (size: number, seed: number): Tensor =>
  float32Tensor(
    [size, size],
    Float32Array.from({ length: size * size }, (_, i) => Math.sin(i * 12.9898 + seed)),
  );

const vector = (...values: number[]): Tensor => float32Tensor([values.length], values);

const bytesOf = ({ data }: Tensor): Buffer => Buffer.from(data.buffer, data.byteOffset, data.byteLength);
const sameBits = (a: Tensor, b: Tensor): boolean => bytesOf(a).equals(bytesOf(b));

describe('onnxruntime engine', () => {
  let engine: TensorEngine;
  let counter: Executable;

  beforeAll(async () => {
    engine = createOnnxRuntimeEngine({ threads: 2 });
    counter = await engine.compile(counterGraph(), { label: 'counter' });
  });
  afterAll(() => engine.dispose());

  it('runs a graph and tells its ports', async () => {
    expect(counter.inputs).toEqual([
      { name: 'state', dtype: 'float32', shape: [3] },
      { name: 'step', dtype: 'float32', shape: [3] },
    ]);
    expect(counter.outputs.map(({ name, dtype, shape }) => [name, dtype, shape])).toEqual([
      ['next', 'float32', [3]],
      ['sum', 'float32', []],
      ['positive', 'bool', [3]],
    ]);
    const { next, sum, positive } = await counter.run({ state: vector(1, 2, -3), step: vector(0.5, 0, 0) });
    expect(next).toEqual(vector(2.5, 4, -6));
    expect(sum).toEqual(float32Tensor([], [0.5]));
    expect(positive).toEqual({ dtype: 'bool', shape: [3], data: Uint8Array.of(1, 1, 0) });
  });

  it("leaves the caller's arrays alone and free to change while it works", async () => {
    const state = Float32Array.of(1, 2, 3);
    const running = counter.run({ state: float32Tensor([3], state), step: vector(0, 0, 0) });
    state.fill(100);
    expect((await running)['next']).toEqual(vector(2, 4, 6));
    expect(state).toEqual(Float32Array.of(100, 100, 100));
  });

  it('takes feeds that are parts of larger or shared buffers', async () => {
    const part = new Float32Array(new Float32Array([9, 1, 2, 3, 9]).buffer, 4, 3);
    const shared = new Float32Array(new SharedArrayBuffer(12)) as unknown as Float32Array<ArrayBuffer>;
    const { next } = await counter.run({ state: float32Tensor([3], part), step: { ...vector(0, 0, 0), data: shared } });
    expect(next).toEqual(vector(2, 4, 6));
  });

  it('writes an output into the resident that it also reads, run after run', async () => {
    const state = await engine.allocate(vector(1, 0, -1));
    for (let i = 0; i < 5; i++) {
      const outputs = await counter.run({ state, step: vector(1, 1, 1) }, { next: state });
      expect(Object.keys(outputs).sort()).toEqual(['positive', 'sum']);
    }
    expect(await state.read()).toEqual(vector(63, 31, -1));
    await state.write(vector(0, 0, 0));
    await counter.run({ state, step: state }, { next: state });
    expect(await state.read()).toEqual(vector(0, 0, 0));
    await state.release();
    await state.release();
    await expect(state.read()).rejects.toThrow('the resident was released');
  });

  it('answers overlapping requests in their order', async () => {
    const state = await engine.allocate(vector(0, 0, 0));
    const runs = [1, 2, 3, 4].map((step) => counter.run({ state, step: vector(step, 0, 0) }, { next: state }));
    const read = state.read();
    const sums = await Promise.all(runs);
    expect(sums.map(({ sum }) => sum!.data[0])).toEqual([1, 4, 11, 26]);
    expect((await read).data[0]).toBe(26);
  });

  it('keeps a resident as it was when a run fails', async () => {
    const g = new GraphBuilder();
    const compiled = await engine.compile(g.build({ out: g.emit('Add', [g.input('x', [2]), g.constant(1)]) }));
    const state = await engine.allocate(vector(1, 2));
    await compiled.release();
    await expect(compiled.run({ x: state }, { out: state })).rejects.toMatchObject({ code: 'models/ENGINE_FAILED' });
    expect(await state.read()).toEqual(vector(1, 2));
  });

  it.each<[string, Record<string, unknown>, string]>([
    ['a missing feed', { state: vector(1, 2, 3) }, 'feed "step" of counter: it is missing; expected float32 [3]'],
    [
      'an unknown feed',
      { state: vector(1, 2, 3), step: vector(1, 2, 3), stop: vector(1) },
      '"stop": no such feed of counter; there are: state, step',
    ],
    [
      'a wrong size',
      { state: vector(1, 2), step: vector(1, 2, 3) },
      'feed "state" of counter: expected float32 [3], got float32 [2]',
    ],
    [
      'a wrong rank',
      { state: float32Tensor([1, 3]), step: vector(1, 2, 3) },
      'expected float32 [3], got float32 [1, 3]',
    ],
    [
      'a wrong dtype',
      { state: { dtype: 'int64', shape: [3], data: new BigInt64Array(3) }, step: vector(1, 2, 3) },
      'got int64 [3]',
    ],
    [
      'too few values',
      { state: { dtype: 'float32', shape: [3], data: new Float32Array(2) }, step: vector(1, 2, 3) },
      'needs 3 values, but its data holds 2',
    ],
    [
      'an array of another kind',
      { state: { dtype: 'float32', shape: [3], data: new Float64Array(3) }, step: vector(1, 2, 3) },
      'its data is a Float64Array',
    ],
  ])('refuses %s', async (_, feeds, message) => {
    await expect(counter.run(feeds as never)).rejects.toMatchObject({
      code: 'models/TENSOR_MISMATCH',
      message: expect.stringContaining(message) as string,
    });
  });

  it('refuses residents that do not fit, are used twice, or live in another engine', async () => {
    const other = createOnnxRuntimeEngine({ threads: 1 });
    const foreign = await other.allocate(vector(1, 2, 3));
    await other.dispose();
    const small = await engine.allocate(vector(1));
    const feeds = { state: vector(1, 2, 3), step: vector(1, 2, 3) };
    await expect(counter.run({ ...feeds, state: foreign })).rejects.toThrow('belongs to another engine');
    await expect(counter.run(feeds, { next: small })).rejects.toThrow('resident for output "next" of counter');
    await expect(counter.run(feeds, { nothing: small })).rejects.toThrow('there are: next, sum, positive');
    await expect(small.write(vector(1, 2))).rejects.toThrow('expected float32 [1], got float32 [2]');
  });

  it('says what failed when a model cannot be loaded', async () => {
    await expect(engine.loadModel('/nowhere/model.onnx')).rejects.toThrow('failed while loading /nowhere/model.onnx');
    await expect(engine.loadModel(Uint8Array.of(1, 2, 3), { label: 'junk' })).rejects.toMatchObject({
      code: 'models/ENGINE_FAILED',
      message: expect.stringContaining('failed while loading junk') as string,
    });
    expect((await counter.run({ state: vector(1, 1, 1), step: vector(0, 0, 0) }))['next']).toEqual(vector(2, 2, 2));
  });

  it('gives the same bits in every run and every engine, and leaves the event loop free', async () => {
    const feeds = { a: noise(512, 1), b: noise(512, 2) };
    const heavy = await engine.compile(heavyGraph(512));
    const first = (await heavy.run(feeds))['y']!;
    let ticks = 0;
    const timer = setInterval(() => ticks++, 1);
    for (let i = 0; i < 5; i++) expect(sameBits((await heavy.run(feeds))['y']!, first)).toBe(true);
    clearInterval(timer);
    expect(ticks).toBeGreaterThan(5);
    await heavy.release();

    const other = createOnnxRuntimeEngine({ threads: 2, spinning: false, arena: false });
    const again = await (await other.compile(heavyGraph(512))).run(feeds);
    expect(sameBits(again['y']!, first)).toBe(true);
    await other.dispose();
  });

  it('answers what was asked before it was disposed, and refuses what comes later', async () => {
    const other = createOnnxRuntimeEngine({ threads: 1 });
    const compiled = await other.compile(counterGraph());
    const feeds = { state: vector(1, 2, 3), step: vector(0, 0, 0) };
    const pending = compiled.run(feeds);
    const disposed = Promise.all([other.dispose(), other.dispose()]);
    await expect(compiled.run(feeds)).rejects.toThrow('it was disposed');
    expect((await pending)['next']).toEqual(vector(2, 4, 6));
    await disposed;
    await expect(compiled.release()).resolves.toBeUndefined();
    await expect(other.allocate(vector(1))).rejects.toMatchObject({ code: 'models/ENGINE_FAILED' });
  });

  it('lets the process end while it is idle, but not while a request is pending', async () => {
    const door = new URL('../../../dist/index.js', import.meta.url).href;
    const script = `
      import { createOnnxRuntimeEngine, float32Tensor } from ${JSON.stringify(door)};
      const engine = createOnnxRuntimeEngine({ threads: 1 });
      const resident = await engine.allocate(float32Tensor([1], [42]));
      resident.read().then(({ data }) => console.log('read', data[0]));
    `;
    const run = promisify(execFile)(process.execPath, ['--input-type=module', '-e', script], { timeout: 10_000 });
    expect((await run).stdout).toBe('read 42\n');
  });

  it('sends no usage reports, whose log would lie in the temporary folder', async () => {
    const temporary = await mkdtemp(join(tmpdir(), 'sluice-telemetry-'));
    const door = new URL('../../../dist/index.js', import.meta.url).href;
    const script = `
      import { createOnnxRuntimeEngine, GraphBuilder } from ${JSON.stringify(door)};
      const engine = createOnnxRuntimeEngine({ threads: 1 });
      const builder = new GraphBuilder();
      await engine.compile(builder.build({ y: builder.emit('Exp', [builder.input('x', [1])]) }));
      await engine.dispose();
    `;
    const { ORT_DISABLE_TELEMETRY: _, ...env } = process.env;
    try {
      await promisify(execFile)(process.execPath, ['--input-type=module', '-e', script], {
        env: { ...env, TMPDIR: temporary },
      });
      expect(await readdir(temporary)).toEqual([]);
    } finally {
      await rm(temporary, { recursive: true, force: true });
    }
  });
});
