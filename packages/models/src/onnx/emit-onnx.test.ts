import { InferenceSession, Tensor } from 'onnxruntime-node';
import { describe, expect, it } from 'vitest';
import { GraphBuilder } from '../graph/graph-builder.js';
import type { Graph } from '../graph/graph.js';
import { emitOnnx } from './emit-onnx.js';
import { readOnnx } from './read-onnx.js';

function affine(): Graph {
  const builder = new GraphBuilder();
  const x = builder.input('x', [2, 3]);
  const product = builder.emit('MatMul', [x, builder.constant([1, 2, 3], [3, 1], 'weight')]);
  const y = builder.emit('Add', [product, builder.constant(1)]);
  return builder.build({ y, same: y, x2: x });
}

describe('emitOnnx', () => {
  it('gives the same bytes for the same graph', () => {
    expect(Buffer.compare(emitOnnx(affine()), emitOnnx(affine()))).toBe(0);
  });

  it("names values as the graph does, and outputs by their names in the graph's signature", () => {
    const { graph } = readOnnx(emitOnnx(affine()));
    expect(graph.node.map(({ opType, input, output }) => ({ opType, input, output }))).toEqual([
      { opType: 'Gemm', input: ['x', 'weight'], output: ['MatMul_2'] },
      { opType: 'Add', input: ['MatMul_2', 'constant_3'], output: ['y'] },
      { opType: 'Identity', input: ['y'], output: ['same'] },
      { opType: 'Identity', input: ['x'], output: ['x2'] },
    ]);
  });

  it('lets one value be several outputs, and an input be an output', async () => {
    const session = await InferenceSession.create(emitOnnx(affine()));
    const result = await session.run({ x: new Tensor('float32', [1, 0, 0, 0, 1, 0], [2, 3]) });
    await session.release();
    expect([...(result['y']!.data as Float32Array)]).toEqual([2, 3]);
    expect([...(result['same']!.data as Float32Array)]).toEqual([2, 3]);
    expect(result['x2']!.dims).toEqual([2, 3]);
  });

  it('refuses an output that has the name of another value', () => {
    const builder = new GraphBuilder();
    const x = builder.input('x', [1]);
    const graph = builder.build({ x: builder.emit('Neg', [x]) });
    expect(() => emitOnnx(graph)).toThrow(expect.objectContaining({ code: 'models/DUPLICATE_NAME' }));
  });

  it('leaves out statistics of a layer norm that nothing uses', () => {
    const builder = new GraphBuilder();
    const y = builder.emit('LayerNormalization', [
      builder.input('x', [2, 3]),
      builder.constant(1, [3]),
      builder.constant(0, [3]),
    ]);
    expect(readOnnx(emitOnnx(builder.build({ y }))).graph.node[0]!.output).toEqual(['y', '', '']);
  });

  it('stores equal shapes and axes once', () => {
    const builder = new GraphBuilder();
    const x = builder.input('x', [2, 2]);
    const a = builder.emit('ReduceSum', [x], { axes: [1] });
    const b = builder.emit('ReduceSum', [builder.emit('Exp', [x])], { axes: [1] });
    expect(readOnnx(emitOnnx(builder.build({ a, b }))).graph.initializer.map(({ name }) => name)).toEqual(['int64(1)']);
  });
});
