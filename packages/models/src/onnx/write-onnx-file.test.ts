import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs'; // prettier-ignore
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { nodeFileSystem, type FileSystem } from '@sluice/core';
import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createOnnxRuntimeEngine } from '../engines/onnxruntime/onnx-runtime-engine.js';
import { float32Tensor } from '../engines/tensor.js';
import { GraphBuilder } from '../graph/graph-builder.js';
import type { Graph } from '../graph/graph.js';
import { loadSamWeights } from '../weights/load-sam-weights.js';
import { openCheckpoint } from '../weights/open-checkpoint.js';
import { emitOnnx, onnxModel } from './emit-onnx.js';
import { EXTERNAL_BYTES } from './external-data.js';
import { readOnnx, readOnnxFile } from './read-onnx.js';
import { writeOnnx } from './write-onnx.js';
import { writeOnnxFile } from './write-onnx-file.js';

const SIDE = 160; // 102,400 bytes of a matrix: outside

/** y = (x · aᵀ + bias) · b: two tensors that are large, one that is not. [4, 160] -> [4, 160] */
function twoProducts(seed: number): Graph {
  const builder = new GraphBuilder();
  const matrix = (name: string, shift: number) =>
    builder.constant(
      Float32Array.from({ length: SIDE * SIDE }, (_, i) => Math.sin(i * 1.3 + shift + seed)),
      [SIDE, SIDE],
      name,
    );
  const bias = builder.constant(
    Float32Array.from({ length: SIDE }, (_, i) => i / SIDE),
    [SIDE],
    'bias',
  );
  const hidden = builder.emit('Gemm', [builder.input('x', [4, SIDE]), matrix('a', 0), bias], { transB: true });
  return builder.build({ y: builder.emit('MatMul', [hidden, matrix('b', 1)]) });
}

const x = float32Tensor(
  [4, SIDE],
  Float32Array.from({ length: 4 * SIDE }, (_, i) => Math.cos(i)),
);
const outside = { mostBytes: 100_000 };

describe('a model in two files', () => {
  const engine = createOnnxRuntimeEngine({ threads: 1 });
  afterAll(() => engine.dispose());
  let root: string;
  let folder: string;
  let path: string;
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'sluice-onnx-ü '));
    folder = join(root, 'inner');
    mkdirSync(folder);
    path = join(folder, 'encoder.onnx');
  });
  afterEach(() => {
    rmSync(root, { recursive: true });
  });

  async function answer(model: string | Uint8Array | Graph): Promise<number[]> {
    const isFile = typeof model === 'string' || model instanceof Uint8Array;
    const executable = await (isFile
      ? engine.loadModel(model)
      : engine.compile(model, { disposable: true, frozen: true }));
    const { y } = await executable.run({ x });
    await executable.release();
    return [...(y!.data as Float32Array)];
  }

  it('answers as the one file does, to the last bit; so does a graph whose weights move to the engine', async () => {
    const wanted = await answer(emitOnnx(twoProducts(0)));
    expect(await writeOnnxFile(path, onnxModel(twoProducts(0)), outside)).toEqual([path, `${path}.data`]);
    expect(statSync(path).size).toBeLessThan(5000);
    expect(await answer(path)).toEqual(wanted);
    const graph = twoProducts(0);
    expect(await answer(graph)).toEqual(wanted);
    expect(graph.constants.map(({ data }) => data.length)).toContain(0); // moved, not copied
    expect(new Set(wanted).size).toBeGreaterThan(100);
  });

  it('has its tensors at the places that it names, aligned, the small ones within', async () => {
    const model = onnxModel(twoProducts(0));
    await writeOnnxFile(path, model, outside);
    const { graph } = await readOnnxFile(path);
    const data = readFileSync(`${path}.data`);
    expect(data.length).toBe(4 * EXTERNAL_BYTES);
    const found = graph.initializer.map(({ name, rawData, externalData = [], dataLocation }) => {
      const { location, offset, length } = Object.fromEntries(externalData.map(({ key, value }) => [key, value]));
      if (location === undefined) return { name, dataLocation, bytes: Buffer.from(rawData!) };
      expect([location, Number(offset) % EXTERNAL_BYTES]).toEqual(['encoder.onnx.data', 0]);
      return { name, dataLocation, bytes: data.subarray(Number(offset), Number(offset) + Number(length)) };
    });
    expect(found.filter(({ dataLocation }) => dataLocation === 1).map(({ name }) => name)).toEqual(['a', 'b']);
    for (const { name, bytes } of found) {
      const original = model.graph.initializer.find((tensor) => tensor.name === name)!.rawData!;
      expect(bytes.equals(original), name).toBe(true);
    }
  });

  it('becomes one again where it fits, without the second file', async () => {
    await writeOnnxFile(path, onnxModel(twoProducts(0)), outside);
    expect(await writeOnnxFile(path, onnxModel(twoProducts(1)))).toEqual([path]);
    expect(readdirSync(folder)).toEqual(['encoder.onnx']);
    expect(readFileSync(path).equals(emitOnnx(twoProducts(1)))).toBe(true);
  });

  it('is whole or absent after writing it was cut off anywhere, and never has the tensors of another', async () => {
    const answers = [await answer(emitOnnx(twoProducts(0))), await answer(emitOnnx(twoProducts(1)))];
    let failures = 0;
    for (let at = 0; ; at++) {
      rmSync(folder, { recursive: true });
      mkdirSync(folder);
      await writeOnnxFile(path, onnxModel(twoProducts(0)), outside);
      const message = await writeOnnxFile(path, onnxModel(twoProducts(1)), { ...outside, files: failingAt(at) }).then(
        () => undefined,
        (error: unknown) => (error as Error).message,
      );
      if (message === undefined) break;
      failures++;
      expect(message).toBe('injected');
      if (existsSync(path)) expect(answers).toContainEqual(await answer(path));
    }
    expect(failures).toBeGreaterThan(8); // removing the old one; then folder, file, bytes, fsync, rename and fsync again of both
    expect(await answer(path)).toEqual(answers[1]);
  });

  it.each([
    ['a folder above', '../outside.data', {}, /escapes model directory/],
    ['an absolute path', 'ABSOLUTE', {}, /Absolute path not allowed/],
    ['a link that leads out', 'link.data', {}, /escapes model directory/],
    ['a file that is not there', 'gone.data', {}, /does not exist/],
    ['no file', '', {}, /external data/],
    ['an offset past the end', 'encoder.onnx.data', { offset: '262144' }, /out of bounds/],
    ['an offset before the begin', 'encoder.onnx.data', { offset: '-4' }, /out of bounds/],
    ['another length', 'encoder.onnx.data', { length: '100' }, /size mismatch/],
  ])(
    "is refused by the engine where it names %s, and nothing is read by SAM's readers",
    async (_, location, more, message) => {
      writeFileSync(join(root, 'outside.data'), Buffer.alloc(300_000));
      symlinkSync('../outside.data', join(folder, 'link.data'));
      await writeOnnxFile(path, onnxModel(twoProducts(0)), outside);
      const model = await readOnnxFile(path);
      const entries = model.graph.initializer.find(({ name }) => name === 'a')!.externalData!;
      const where = location === 'ABSOLUTE' ? join(folder, 'encoder.onnx.data') : location;
      for (const [key, value] of Object.entries({ location: where, ...more })) {
        entries.find((entry) => entry.key === key)!.value = value;
      }
      writeFileSync(path, writeOnnx(model));
      await expect(engine.loadModel(path)).rejects.toThrow(message);
      await expect(openCheckpoint(path)).rejects.toMatchObject({
        code: 'models/NOT_ONNX',
        message: expect.stringContaining('its initializer "a" keeps its data in another file') as string,
      });
      await expect(loadSamWeights(path)).rejects.toMatchObject({ code: 'models/NOT_ONNX' });
    },
  );

  it('is refused where its second file was cut off', async () => {
    await writeOnnxFile(path, onnxModel(twoProducts(0)), outside);
    truncateSync(`${path}.data`, 2 * EXTERNAL_BYTES + 100_000);
    await expect(engine.loadModel(path)).rejects.toThrow('out of bounds');
  });
});

describe('writeOnnx', () => {
  it('refuses more than a protobuf file holds before it takes memory for it', () => {
    const model = readOnnx(emitOnnx(twoProducts(0)));
    const half = { name: 'half', dims: [2 ** 30], dataType: 2, rawData: { length: 2 ** 30 } as Uint8Array };
    model.graph.initializer.push(half, { ...half, name: 'other' });
    expect(() => writeOnnx(model)).toThrow(
      expect.objectContaining({ code: 'models/MODEL_TOO_LARGE', message: expect.stringContaining('2 GiB') as string }),
    );
  });
});

/** The real file system, whose call number `at` fails. */
function failingAt(at: number): FileSystem {
  let calls = 0;
  const next = (): void => {
    if (calls++ === at) throw new Error('injected');
  };
  const guarded =
    <A extends readonly unknown[], R>(call: (...given: A) => Promise<R>) =>
    async (...given: A): Promise<R> => {
      next();
      return call(...given);
    };
  return {
    ...nodeFileSystem,
    mkdir: guarded(nodeFileSystem.mkdir),
    rename: guarded(nodeFileSystem.rename),
    rm: guarded(nodeFileSystem.rm),
    open: guarded(async (path: string, flags: 'r' | 'wx' | 'a') => {
      const file = await nodeFileSystem.open(path, flags);
      return {
        writeFile: guarded(async (content: Uint8Array | string) => file.writeFile(content)),
        sync: guarded(async () => file.sync()),
        close: async () => file.close(),
      };
    }),
  };
}
