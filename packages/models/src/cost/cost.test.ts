import { beforeAll, describe, expect, it } from 'vitest';
import { GraphBuilder } from '../graph/graph-builder.js';
import type { OnnxModel, OnnxNode } from '../onnx/onnx-schema.js';
import { emitOnnx } from '../onnx/emit-onnx.js';
import { readOnnx, readOnnxFile } from '../onnx/read-onnx.js';
import { resolveModelFile } from '../zoo/resolve-model-file.js';
import { modelCost } from './model-cost.js';
import { onnxCost } from './onnx-cost.js';

describe('the cost of a graph', () => {
  const graph = (() => {
    const g = new GraphBuilder();
    const x = g.input('x', [2, 5, 7]);
    const w = g.input('w', [7, 3]);
    const product = g.emit('MatMul', [x, w]);
    const square = g.emit('MatMul', [product, product], { transA: true });
    return g.build({ y: g.emit('Softmax', [square]) });
  })();

  it('counts a multiplication for each element that a product sums', () => {
    expect(modelCost(graph)).toEqual({ macs: 2 * 5 * 3 * 7 + 2 * 3 * 3 * 5, flops: 600, byOperator: { MatMul: 300 } });
  });

  it('is the same of the ONNX model that it becomes, but for fused products that only the engine knows', () => {
    const g = new GraphBuilder();
    const y = g.emit('MatMul', [g.input('a', [4, 6]), g.input('b', [3, 6])], { transB: true });
    const built = g.build({ y });
    expect(onnxCost(readOnnx(emitOnnx(built)))).toEqual({ ...modelCost(built), byOperator: { Gemm: 72 } });
  });
});

const model = (node: OnnxNode[], dims: number[]): OnnxModel => ({
  irVersion: 8,
  opsetImport: [{ version: 17 }],
  graph: {
    node,
    initializer: [
      { name: 'filters', dataType: 1, dims: [8, 2, 3, 3], rawData: new Uint8Array(576) },
      { name: 'up', dataType: 1, dims: [4, 3, 2, 2], rawData: new Uint8Array(192) },
      { name: 'huge', dataType: 1, dims: [1e9] },
    ],
    input: [
      { name: 'x', type: { tensorType: { elemType: 1, shape: { dim: dims.map((dimValue) => ({ dimValue })) } } } },
    ],
    output: [],
  },
});
const ints = (name: string, values: number[]) => ({ name, type: 7, ints: values });

describe('the cost of an ONNX model', () => {
  let encoder: OnnxModel;
  beforeAll(async () => {
    encoder = await readOnnxFile(await resolveModelFile('sam-tiny-vit', 'encoder'));
  });

  it("of MobileSAM's encoder is within 1 % of the published 38.55 and 38.95 GFLOPs, which count multiply-adds", () => {
    const { macs, flops, byOperator } = onnxCost(encoder, { input: [1, 3, 1024, 1024] });
    expect(macs).toBe(38_768_295_424);
    expect(flops).toBe(2 * macs);
    expect(Math.abs(macs / 38.55e9 - 1)).toBeLessThan(0.01);
    expect(Math.abs(macs / 38.95e9 - 1)).toBeLessThan(0.01);
    expect(byOperator).toEqual({ MatMul: 27_977_268_736, Conv: 10_791_026_688 });
  });

  it('counts convolutions by groups, strides and pads', () => {
    const conv: OnnxNode = {
      opType: 'Conv',
      input: ['x', 'filters'],
      output: ['y'],
      attribute: [ints('strides', [2, 2]), ints('pads', [1, 1, 1, 1]), { name: 'group', type: 2, i: 2 }],
    };
    expect(onnxCost(model([conv], [1, 4, 9, 7])).macs).toBe(8 * 5 * 4 * 2 * 9);
  });

  it('is refused without the shape of an input', () => {
    expect(() => onnxCost(encoder, {}, 'encoder.onnx')).toThrow(
      "the cost of encoder.onnx can't be told at input: this input needs a shape",
    );
  });

  const relu = (input: string, output: string): OnnxNode => ({
    name: `${output}-node`,
    opType: 'Relu',
    input: [input],
    output: [output],
  });
  it.each<[string, OnnxNode[], string]>([
    [
      'has a cycle',
      [relu('b', 'a'), relu('a', 'b')],
      'a-node (Relu): it takes "b", which nothing before it gives: the graph has a cycle',
    ],
    ['has an unknown operator', [{ opType: 'Evil', input: ['x'], output: ['y'] }], 'the operator is not known here'],
    [
      "names JavaScript's own",
      [{ opType: 'constructor', input: ['x'], output: ['y'] }],
      'the operator is not known here',
    ],
    ['has an operator of another domain', [{ ...relu('x', 'y'), domain: 'evil' }], 'the operator is not known here'],
    [
      'reshapes to what data say',
      [{ opType: 'Reshape', input: ['x', 'huge'], output: ['y'] }],
      'its shape is known only when the model runs',
    ],
    ['multiplies what does not fit', [{ opType: 'MatMul', input: ['x', 'x'], output: ['y'] }], "can't be multiplied"],
    ['leaves an operand out', [{ opType: 'MatMul', input: ['x'], output: ['y'] }], 'an input is missing'],
    [
      'transposes an axis that is not there',
      [{ opType: 'Concat', input: ['x'], output: ['y'], attribute: [{ name: 'axis', type: 2, i: 9 }] }],
      'has no axis 9',
    ],
  ])('is refused when the model %s', (_, nodes, reason) => {
    expect(() => onnxCost(model(nodes, [1, 4, 9, 7]))).toThrow(
      expect.objectContaining({ code: 'models/NO_SHAPE', message: expect.stringContaining(reason) as string }),
    );
  });

  it('of an initializer of 10^9 values takes no memory', () => {
    const before = process.memoryUsage().arrayBuffers;
    expect(onnxCost(model([relu('huge', 'y')], [1])).macs).toBe(0);
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(64e6);
  });
});
