import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { GraphBuilder } from '../../graph/graph-builder.js';
import { createTrainingState } from '../../train/training-state.js';
import { gradientGraph } from '../../train/gradient-graph.js';
import { loadSamWeights } from '../../weights/load-sam-weights.js';
import { openImageEncoder } from '../../encoder/image-encoder.js';
import type { Weights } from '../../weights/weights.js';
import type { TensorEngine } from '../tensor-engine.js';
import { float32Tensor, type Tensor } from '../tensor.js';
import { createOnnxRuntimeEngine } from './onnx-runtime-engine.js';

const [GRID, PROMPTS, TOKENS] = [4, 2, 2];

const noise = (shape: readonly number[], seed: number): Tensor =>
  float32Tensor(
    shape,
    Float32Array.from({ length: shape.reduce((all, size) => all * size, 1) }, (_, i) => Math.sin(i * 12.9898 + seed)),
  );

interface Trained {
  readonly losses: readonly number[];
  /** Of the first step, by parameter. */
  readonly gradients: Weights;
  readonly weights: Weights;
}

const RATE = 1e-4;

/** Two steps of the real decoder's training graph, on a small grid. */
async function train(engine: TensorEngine, weights: Weights): Promise<Trained> {
  const shape = { prompts: PROMPTS, tokens: TOKENS, loss: 'sam', resolution: 'low', grid: GRID } as const;
  const { graph, parameters, frozen } = gradientGraph(weights, shape);
  const state = await createTrainingState(engine, weights, { trained: parameters, frozen }, { name: 'adam' });
  const executable = await engine.compile(graph, { label: 'small decoder' });
  const targets = Float32Array.from({ length: PROMPTS * GRID * GRID * 16 }, (_, i) => Number(i % 7 < 3));
  const feeds = {
    image: noise([GRID * GRID, 256], 1),
    imagePositions: noise([GRID * GRID, 256], 2),
    sparse: noise([PROMPTS, TOKENS, 256], 3),
    weights: float32Tensor([PROMPTS], [0.5, 0.5]),
    targets: float32Tensor([PROMPTS, GRID * GRID * 16], targets),
  };
  const losses: number[] = [];
  let gradients: Weights | undefined;
  for (let step = 0; step < 2; step++) {
    state.begin();
    const { feeds: residents, into } = state.accumulation();
    const { loss } = await executable.run({ ...feeds, ...residents }, into);
    losses.push(loss!.data[0] as number);
    gradients ??= await state.gradients();
    await state.step(RATE);
  }
  const trained = { losses, gradients: gradients!, weights: await state.parameters() };
  await executable.release();
  await state.release();
  return trained;
}

const largest = (values: readonly number[]): number =>
  values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);

describe.skipIf(!process.env['SLUICE_WEBGPU'])('WebGPU (scripts/webgpu.mjs gives it a device)', () => {
  let engine: TensorEngine;
  beforeAll(() => (engine = createOnnxRuntimeEngine({ provider: 'webgpu', threads: 1 })));
  afterAll(() => engine.dispose());

  it('has a name of its own in cache keys', () => {
    expect(engine.name).toBe('onnxruntime-webgpu');
  });

  it('keeps values on the device as they are, bit by bit but for what is denormal', async () => {
    const values = [1, -0, NaN, Infinity, -Infinity, 3.4e38, 1.2e-38];
    const resident = await engine.allocate(float32Tensor([7, 1], values));
    expect(await resident.read()).toEqual(float32Tensor([7, 1], values));
    await resident.write(float32Tensor([7, 1], values.toReversed()));
    expect(await resident.read()).toEqual(float32Tensor([7, 1], values.toReversed()));
    await resident.release();
    await expect(resident.read()).rejects.toThrow('the resident was released');
  });

  it('writes an output into the resident that it also reads, with scalars, flags and whole numbers beside it', async () => {
    const g = new GraphBuilder();
    const state = g.input('state', []);
    const count = g.input('count', [2], 'int64');
    const next = g.emit('Add', [g.emit('Mul', [state, g.constant(2)]), g.constant(1)]);
    const flag = g.emit('Greater', [next, g.constant(10)]);
    const executable = await engine.compile(
      g.build({
        next,
        flag,
        some: g.emit('Cast', [count], { to: 'bool' }),
        whole: g.emit('Cast', [next], { to: 'int64' }),
      }),
    );
    const resident = await engine.allocate(float32Tensor([], [1]));
    const counts = await engine.allocate({ dtype: 'int64', shape: [2], data: BigInt64Array.of(0n, 2n) });
    const flags: unknown[] = [];
    for (let run = 0; run < 3; run++) {
      const results = await executable.run({ state: resident, count: counts }, { next: resident });
      expect(Object.keys(results).sort()).toEqual(['flag', 'some', 'whole']);
      expect(Number(results['whole']!.data[0])).toBe((await resident.read()).data[0]);
      expect(results['some']!.data).toEqual(Uint8Array.of(0, 1));
      flags.push(results['flag']!.data[0]);
    }
    expect((await resident.read()).data[0]).toBe(15);
    expect(flags).toEqual([0, 0, 1]);
    const { next: shown } = await executable.run({ state: resident, count: counts });
    expect(shown).toEqual(float32Tensor([], [31]));
    expect((await resident.read()).data[0]).toBe(15);
    await executable.release();
    await expect(executable.run({ state: resident, count: counts }, { next: resident })).rejects.toMatchObject({
      code: 'models/ENGINE_FAILED',
    });
    expect((await resident.read()).data[0]).toBe(15);
  });

  it('encodes images as the processor does', async () => {
    const size = 64;
    const pixels = Float32Array.from({ length: 3 * size * size }, (_, i) => 2 * Math.sin(i * 12.9898));
    const encodeOn = async (on: TensorEngine): Promise<Float32Array> => {
      const encoder = await openImageEncoder(on, 'sam-tiny-vit', { size });
      const embedding = await encoder.encode(pixels);
      await encoder.release();
      return embedding;
    };
    const cpu = createOnnxRuntimeEngine({ threads: 2 });
    const expected = await encodeOn(cpu);
    await cpu.dispose();
    const found = await encodeOn(engine);
    expect(found).toHaveLength(4 * 4 * 256);
    const off = largest(Array.from(expected, (value, i) => value - found[i]!)) / largest(Array.from(expected));
    expect(off).toBeLessThan(1e-3);
  });

  it('trains the decoder as the processor does: losses, gradients and weights', async () => {
    const weights = await loadSamWeights('sam-tiny-vit');
    const cpu = createOnnxRuntimeEngine({ threads: 2 });
    const expected = await train(cpu, weights);
    await cpu.dispose();
    const found = await train(engine, weights);

    found.losses.forEach((loss, step) => expect(Math.abs(loss / expected.losses[step]! - 1)).toBeLessThan(1e-4));
    expect(found.gradients.size).toBe(95);
    const wrong = [...expected.gradients].flatMap(([name, { data }]) => {
      // Softmax cancels the keys' bias: its gradient is zero but for rounding.
      if (name.endsWith('k_proj.bias')) return [];
      const other = found.gradients.get(name)!.data;
      const off = largest(Array.from(data, (value, i) => value - other[i]!)) / largest(Array.from(data));
      return off < 1e-3 ? [] : [`${name}: ${String(off)}`];
    });
    expect(wrong).toEqual([]);

    // Adam moves a weight by up to its rate whichever way a gradient near zero points: few may differ by that much.
    let [moved, off, count] = [0, 0, 0];
    for (const [name, { data }] of expected.weights) {
      const [before, other] = [weights.get(name)!.data, found.weights.get(name)!.data];
      data.forEach((value, i) => {
        moved += Math.abs(value - before[i]!);
        off += Math.abs(value - other[i]!);
        count += 1;
      });
    }
    expect(moved / count).toBeGreaterThan(RATE / 2);
    expect(off / moved).toBeLessThan(0.01);
  }, 180_000);

  /** What a process of its own prints that runs `script` with an engine; `word` is its argument. */
  async function printed(script: string, word: string): Promise<string> {
    const door = new URL('../../../dist/index.js', import.meta.url).href;
    const lines = `
      import { createOnnxRuntimeEngine, float32Tensor, GraphBuilder } from ${JSON.stringify(door)};
      const engine = createOnnxRuntimeEngine({ provider: 'webgpu', threads: 1 });
      ${script}`;
    const run = promisify(execFile)(process.execPath, ['--input-type=module', '-e', lines, word], { timeout: 30_000 });
    return (await run).stdout;
  }

  it('lets the process end, orderly or while it is idle', async () => {
    const script = `
      const resident = await engine.allocate(float32Tensor([1], [42]));
      console.log('read', (await resident.read()).data[0]);
      if (process.argv[1] === 'dispose') await engine.dispose();
    `;
    for (const word of ['dispose', 'leave']) expect(await printed(script, word)).toBe('read 42\n');
  });

  it('frees residents after the executables that wrote them were released', async () => {
    const script = `
      const residents = [];
      for (let size = 1000; size <= 6000; size += 1000) {
        const g = new GraphBuilder();
        const x = g.input('x', [size]);
        const executable = await engine.compile(g.build({ y: g.emit('Add', [x, x]) }));
        const resident = await engine.allocate(float32Tensor([size], new Float32Array(size).fill(21)));
        await executable.run({ x: resident }, { y: resident });
        await executable.release();
        residents.push(resident);
      }
      console.log('read', (await residents[5].read()).data[5999]);
      if (process.argv[1] === 'release') for (const resident of residents) await resident.release();
      if (process.argv[1] !== 'leave') await engine.dispose();
      console.log('end');
    `;
    for (const word of ['release', 'dispose', 'leave']) expect(await printed(script, word)).toBe('read 42\nend\n');
  });
});
