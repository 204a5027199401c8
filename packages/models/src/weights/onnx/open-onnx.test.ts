import { link, mkdtemp, rm, symlink, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import type { OnnxTensor } from '../../onnx/onnx-schema.js';
import { readOnnxFile } from '../../onnx/read-onnx.js';
import { writeOnnx } from '../../onnx/write-onnx.js';
import { resolveModelFile } from '../../zoo/resolve-model-file.js';
import { openCheckpoint } from '../open-checkpoint.js';
import { pickleOf } from '../pickle/pickle.test.support.js';
import { refusalOf, withFile } from '../with-file.test.support.js';

const modelOf = (...initializer: OnnxTensor[]): Uint8Array =>
  writeOnnx({
    irVersion: 8,
    opsetImport: [{ version: 17 }],
    graph: { name: 'g', node: [], initializer, input: [], output: [] },
  });

const raw = (values: Float32Array): Uint8Array => new Uint8Array(values.buffer);

describe("an ONNX model's initializers", () => {
  it('are read in every encoding that the format has', async () => {
    const model = modelOf(
      { name: 'raw', dataType: 1, dims: [2, 2], rawData: raw(Float32Array.of(1, -2, 3, NaN)) },
      { name: 'floats', dataType: 1, dims: [2], floatData: [0.5, 7] },
      { name: 'integers', dataType: 7, dims: [3], int64Data: [-1, 2 ** 40, 0] },
      { name: 'bytes', dataType: 3, dims: [2], int32Data: [-128, 127] },
      { name: 'halves', dataType: 10, dims: [2], int32Data: [0x3c00, 0xc000] },
      { name: 'scalar', dataType: 6, rawData: Uint8Array.of(255, 255, 255, 255) },
      { name: 'empty', dataType: 1, dims: [0, 3] },
    );
    await withFile(model, async (file) => {
      expect(file.format).toBe('onnx');
      expect((await file.read('raw')).data).toEqual(Float32Array.of(1, -2, 3, NaN));
      expect((await file.read('floats')).data).toEqual(Float32Array.of(0.5, 7));
      expect((await file.read('integers')).data).toEqual(BigInt64Array.of(-1n, 2n ** 40n, 0n));
      expect((await file.read('bytes')).data).toEqual(Int8Array.of(-128, 127));
      expect((await file.read('halves')).data).toEqual(Float32Array.of(1, -2));
      expect((await file.read('scalar')).data).toEqual(Int32Array.of(-1));
      expect(await file.read('empty')).toEqual({ shape: [0, 3], dtype: 'F32', data: new Float32Array() });
    });
  });

  describe('of the real encoder', () => {
    let path: string;
    beforeAll(async () => {
      path = await resolveModelFile('sam-tiny-vit', 'encoder');
    });

    it('are those that a whole read gives, at the cost of one tensor each', async () => {
      const { graph } = await readOnnxFile(path);
      const file = await openCheckpoint(path);
      try {
        expect([...file.tensors.keys()]).toEqual(graph.initializer.map(({ name }) => name));
        expect(file.bytesRead()).toBeLessThan(400_000); // of 28 MB
        for (const { name, rawData } of graph.initializer.slice(0, 20)) {
          const before = file.bytesRead();
          const { data } = await file.read(name!);
          expect(Buffer.from(data.buffer).equals(rawData!)).toBe(true);
          expect(file.bytesRead() - before).toBe(data.byteLength);
        }
      } finally {
        await file.close();
      }
    });
  });

  const external = (location: string): OnnxTensor => ({
    name: 'w',
    dataType: 1,
    dims: [4],
    dataLocation: 1,
    externalData: [{ key: 'location', value: location }],
  });
  const usual: OnnxTensor = { name: 'w', dataType: 1, dims: [1], rawData: new Uint8Array(4) };
  const nested = (depth: number): Uint8Array => {
    let bytes = pickleOf();
    for (let i = 0; i < depth; i++) bytes = pickleOf(0x3a, ...varintOf(bytes.length), bytes);
    return bytes;
  };

  it.each<[string, Uint8Array, string]>([
    ['keeps data beside it', modelOf(external('weights.bin')), 'in another file'],
    ['keeps data above it', modelOf(external('../../etc/passwd')), 'in another file'],
    ['keeps data at an absolute path', modelOf(external('/etc/passwd')), 'in another file'],
    [
      'names another file without saying so',
      modelOf({ ...external('/etc/passwd'), dataLocation: 0 }),
      'in another file',
    ],
    ['has an initializer of 10^9 values', modelOf({ ...usual, dims: [1e9] }), 'needs 4000000000 bytes, and has 4'],
    [
      'has an initializer of 10^9 bytes as varints',
      modelOf({ name: 'w', dataType: 3, dims: [1e9], int32Data: [1] }),
      'has 1',
    ],
    [
      'has 10^9 values and no data',
      modelOf({ name: 'w', dataType: 1, dims: [1e9] }),
      'needs 4000000000 bytes, and has 0',
    ],
    ['has sizes whose product overflows', modelOf({ ...usual, dims: [2 ** 40, 2 ** 40] }), 'has the shape'],
    ['has a negative size', modelOf({ ...usual, dims: [-1] }), 'has the shape'],
    ['has an unknown data type', modelOf({ ...usual, dataType: 99 }), 'data type 99'],
    ['has an initializer twice', modelOf(usual, usual), '"w" twice'],
    ['has values in two fields', modelOf({ ...usual, floatData: [1] }), 'in pieces'],
    ['holds no graph', pickleOf(0x08, 0x08), 'holds no graph'],
    ['has two graphs', pickleOf(0x08, 0x08, 0x3a, 0, 0x3a, 0), 'two graphs'],
    ['has a field that ends beyond the file', pickleOf(0x08, 0x08, 0x3a, 0x7f), 'ends beyond'],
    ['has a field of 2^63 bytes', pickleOf(0x08, 0x08, 0x3a, ...Array<number>(9).fill(0x80), 1), 'ends beyond'],
    ['has a number without an end', pickleOf(0x08, ...Array<number>(20).fill(0x80)), 'more than ten bytes'],
    ['is cut off in a number', pickleOf(0x08, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80), 'cut off'],
    ['has a group, which ONNX has not', pickleOf(0x08, 0x08, 0x0b, 0, 0, 0, 0, 0), 'wire type 3'],
    ['has graphs within graphs', pickleOf(0x08, 0x08, nested(1000), nested(1000)), 'two graphs'],
  ])('are refused where the model %s', async (_, bytes, problem) => {
    const before = process.memoryUsage();
    const error = await refusalOf(bytes.length < 8 ? pickleOf(bytes, '\x12\x06abcdef') : bytes);
    expect(error).toMatchObject({ code: 'models/NOT_ONNX', message: expect.stringContaining(problem) as string });
    expect(process.memoryUsage().arrayBuffers - before.arrayBuffers).toBeLessThan(64e6);
  });

  it('in another file are refused, be it a symbolic or a hard link, and that file is not opened', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'onnx-'));
    try {
      await writeFile(join(folder, 'secret'), '0123456789abcdef');
      await symlink(join(folder, 'secret'), join(folder, 'soft.bin'));
      await link(join(folder, 'secret'), join(folder, 'hard.bin'));
      for (const location of ['soft.bin', 'hard.bin']) {
        const path = join(folder, `${location}.onnx`);
        await writeFile(path, modelOf(external(location)));
        await expect(openCheckpoint(path)).rejects.toThrow('keeps its data in another file');
      }
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  it('of a file beyond 2 GiB are refused before it is read', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'onnx-'));
    try {
      const path = join(folder, 'huge.onnx');
      await writeFile(path, modelOf(usual));
      await truncate(path, 2 ** 31 + 1); // sparse: takes no room
      await expect(openCheckpoint(path)).rejects.toThrow('less than 2 GiB');
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});

function varintOf(value: number): number[] {
  return value < 128 ? [value] : [(value & 127) | 128, ...varintOf(value >>> 7)];
}
