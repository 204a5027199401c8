import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { GraphBuilder } from '../../graph/graph-builder.js';
import type { Graph } from '../../graph/graph.js';
import { emitOnnx } from '../../onnx/emit-onnx.js';
import { createOnnxRuntimeEngine } from '../onnxruntime/onnx-runtime-engine.js';
import type { Executable, TensorEngine } from '../tensor-engine.js';
import { float32Tensor, type Tensor } from '../tensor.js';
import { describeBackend, findBackend } from './find-backend.js';
import { createTfjsEngine } from './tfjs-engine.js';

const native = process.env['SLUICE_TFJS_NODE'];
const vector = (...values: number[]): Tensor => float32Tensor([values.length], values);

/** next = state * 2 + step; count counts a step; positive = next > 0. */
function counterGraph(): Graph {
  const g = new GraphBuilder();
  const [state, step, count] = [g.input('state', [3]), g.input('step', [3]), g.input('count', [1], 'int64')];
  const next = g.emit('Add', [g.emit('Mul', [state, g.constant(2)]), step]);
  return g.build({ next, count, positive: g.emit('Greater', [next, g.constant(0)]) });
}

const counts = (...values: bigint[]): Tensor => ({ dtype: 'int64', shape: [1], data: BigInt64Array.from(values) });

const sameBits = (a: Record<string, Tensor>, b: Record<string, Tensor>): boolean =>
  Buffer.from(a['y']!.data.buffer).equals(Buffer.from(b['y']!.data.buffer));

describe('the tfjs engine', () => {
  let engine: TensorEngine;
  let counter: Executable;
  const said: string[] = [];
  beforeAll(async () => {
    engine = await createTfjsEngine({
      threads: 2,
      ...(native === undefined && { backend: 'wasm' }),
      report: (found, sentence) => said.push(sentence, found.package),
    });
    counter = await engine.compile(counterGraph(), { label: 'counter' });
  }, 60_000);
  afterAll(() => engine.dispose());

  it('says what it computes with, and names it in its version', () => {
    const backend = native === undefined ? 'wasm simd' : 'tensorflow 2.15.1 cpu';
    expect(engine).toMatchObject({ name: 'tfjs', threads: native === undefined ? 1 : 2 });
    expect(engine.version).toContain(`4.22.0 ${backend}, onnxruntime 1.`);
    const name =
      native === undefined ? '@tensorflow/tfjs-backend-wasm' : expect.stringMatching(/^@tensorflow.tfjs-node/);
    expect(said).toEqual([expect.stringContaining(backend), name]);
  });

  it('runs a graph with all dtypes and tells its ports', async () => {
    expect(counter.inputs).toEqual([
      { name: 'state', dtype: 'float32', shape: [3] },
      { name: 'step', dtype: 'float32', shape: [3] },
      { name: 'count', dtype: 'int64', shape: [1] },
    ]);
    const results = await counter.run({ state: vector(1, 2, -3), step: vector(0.5, 0, 0), count: counts(-5n) });
    expect(results).toEqual({
      next: vector(2.5, 4, -6),
      count: counts(-5n),
      positive: { dtype: 'bool', shape: [3], data: Uint8Array.of(1, 1, 0) },
    });
  });

  it("leaves the caller's arrays alone and free to change while it works", async () => {
    const state = Float32Array.of(1, 2, 3);
    const running = counter.run({ state: float32Tensor([3], state), step: vector(0, 0, 0), count: counts(0n) });
    state.fill(100);
    expect((await running)['next']).toEqual(vector(2, 4, 6));
    expect(state).toEqual(Float32Array.of(100, 100, 100));
  });

  it('writes an output into the resident that it also reads, run after run, in the order of the requests', async () => {
    const state = await engine.allocate(vector(1, 0, -1));
    const runs = [1, 2, 3, 4, 5].map(() =>
      counter.run({ state, step: vector(1, 1, 1), count: counts(1n) }, { next: state }),
    );
    expect(Object.keys((await Promise.all(runs))[4]!).sort()).toEqual(['count', 'positive']);
    expect(await state.read()).toEqual(vector(63, 31, -1));
    await state.write(vector(0, 0, 0));
    expect(await state.read()).toEqual(vector(0, 0, 0));
    await state.release();
    await expect(state.read()).rejects.toThrow('the resident was released');
  });

  it('refuses an integer of more than 32 bits, which TensorFlow.js would cut', async () => {
    const feeds = { state: vector(1, 2, 3), step: vector(0, 0, 0), count: counts(2n ** 31n) };
    await expect(counter.run(feeds)).rejects.toMatchObject({
      code: 'models/ENGINE_FAILED',
      message: expect.stringContaining('feed "count" holds 2147483648') as string,
    });
  });

  it('gives the same bits in every run and leaves the event loop free', async () => {
    const g = new GraphBuilder();
    const [a, b] = [g.input('a', [256, 256]), g.input('b', [256, 256])];
    const scores = g.emit('Softmax', [g.emit('MatMul', [a, b])], { axis: 1 });
    const heavy = await engine.compile(g.build({ y: g.emit('MatMul', [scores, b]) }));
    const noise = float32Tensor(
      [256, 256],
      Float32Array.from({ length: 65536 }, (_, i) => Math.sin(i * 12.9898)),
    );
    const first = await heavy.run({ a: noise, b: noise });
    let ticks = 0;
    const timer = setInterval(() => ticks++, 1);
    for (let i = 0; i < 10; i++) expect(sameBits(await heavy.run({ a: noise, b: noise }), first)).toBe(true);
    clearInterval(timer);
    expect(ticks).toBeGreaterThan(5);
    await heavy.release();
  });

  it('lets onnxruntime run ONNX files, which it cannot read itself', async () => {
    const g = new GraphBuilder();
    const x = g.input('x', [3]);
    const model = emitOnnx(g.build({ y: g.emit('Add', [x, x]) }));
    const loaded = await engine.loadModel(model, { label: 'an ONNX model' });
    expect((await loaded.run({ x: vector(1, 2, 3) }))['y']).toEqual(vector(2, 4, 6));
    const resident = await engine.allocate(vector(1, 2, 3));
    await expect(loaded.run({ x: resident })).rejects.toThrow('another engine');
    await loaded.release();
  });

  it('refuses residents of another engine, and what is asked after it was disposed', async () => {
    const other = createOnnxRuntimeEngine({ threads: 1 });
    const foreign = await other.allocate(vector(1, 2, 3));
    await other.dispose();
    const feeds = { state: foreign, step: vector(1, 2, 3), count: counts(0n) };
    await expect(counter.run(feeds)).rejects.toThrow('belongs to another engine');

    const brief = await createTfjsEngine({ backend: 'cpu' });
    const compiled = await brief.compile(counterGraph());
    await brief.dispose();
    await expect(compiled.release()).resolves.toBeUndefined();
    await expect(brief.allocate(vector(1))).rejects.toMatchObject({ code: 'models/ENGINE_FAILED' });
  });
});

describe('the choice of a backend', () => {
  let root: string;
  beforeAll(() => (root = mkdtempSync(path.join(tmpdir(), 'tfjs-choice-'))));
  afterAll(() => rmSync(root, { recursive: true, force: true }));
  afterEach(() => void vi.unstubAllEnvs());

  /** A package that ends the way `code` does. */
  function install(name: string, code: string): void {
    const folder = path.join(root, 'node_modules', name);
    mkdirSync(folder, { recursive: true });
    writeFileSync(path.join(folder, 'package.json'), JSON.stringify({ name, version: '0.0.0', main: 'index.js' }));
    writeFileSync(path.join(folder, 'index.js'), code);
  }

  it('passes over what is missing, broken or ends the process that loads it, and says why', async () => {
    vi.stubEnv('SLUICE_TFJS_NODE', '');
    install('@tensorflow/tfjs-node-gpu', 'process.abort();');
    install('@tensorflow/tfjs-node', 'throw new Error("no libtensorflow\\nmore of it");');
    const found = await findBackend({ root });
    expect(found).toMatchObject({
      backend: 'wasm',
      passedOver: [
        { package: '@tensorflow/tfjs-node-gpu', missing: false, reason: 'loading it ended the process with SIGABRT' },
        { package: '@tensorflow/tfjs-node', missing: false, reason: 'no libtensorflow' },
      ],
    });
    expect(describeBackend(found)).toBe(
      '@tensorflow/tfjs-backend-wasm 4.22.0 wasm simd (@tensorflow/tfjs-node-gpu: loading it ended the process with SIGABRT; ' +
        '@tensorflow/tfjs-node: no libtensorflow)',
    );
  });

  it('takes nothing else where a native build was named that is not there, and says how to go on', async () => {
    vi.stubEnv('SLUICE_TFJS_NODE', path.join(tmpdir(), 'nowhere'));
    await expect(findBackend()).rejects.toMatchObject({
      code: 'models/NO_TFJS',
      message: expect.stringMatching(
        /tfjs-node-gpu \(not installed in .*nowhere\).*npm install @tensorflow\/tfjs-node`/s,
      ) as string,
    });
  });

  it('prefers the packages of the folder that it is told', async () => {
    vi.stubEnv('SLUICE_TFJS_NODE', '');
    const real = createRequire(import.meta.url).resolve('@tensorflow/tfjs-backend-cpu');
    install('@tensorflow/tfjs-backend-cpu', `module.exports = require(${JSON.stringify(real)});`);
    install(
      '@tensorflow/tfjs-core',
      `module.exports = require(${JSON.stringify(path.join(path.dirname(real), '../node_modules/@tensorflow/tfjs-core'))});`,
    );
    const found = await findBackend({ root, backend: 'cpu' }).catch((error: unknown) => error);
    expect(String((found as { file?: string }).file ?? found)).toContain(root);
  });
});
