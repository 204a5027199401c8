import { describe, expect, it } from 'vitest';
import { interpret } from '../testing/reference.js';
import { GraphBuilder } from './graph-builder.js';

describe('GraphBuilder', () => {
  it('adds the same operator on the same values once', () => {
    const builder = new GraphBuilder();
    const x = builder.input('x', [2]);
    const y = builder.emit('Softmax', [x]);
    expect(builder.emit('Softmax', [x], { axis: -1 })).toBe(y);
    expect(builder.emit('Softmax', [x], { axis: 0 })).not.toBe(y);
    expect(builder.emit('Softmax', [y])).not.toBe(y);
  });

  it('shares unnamed constants of one element, of equal value and shape', () => {
    const builder = new GraphBuilder();
    expect(builder.constant(0.5)).toBe(builder.constant(0.5, []));
    expect(builder.constant(0.5)).not.toBe(builder.constant([0.5]));
    expect(builder.constant(0)).not.toBe(builder.constant(-0));
    expect(builder.constant(0.5)).not.toBe(builder.constant(0.5, [], 'half'));
  });

  it('takes a constant from a number, an array or a Float32Array', () => {
    const builder = new GraphBuilder();
    const filled = builder.constant(3, [2]);
    const list = builder.constant([1, 2, 3, 4], [2, 2]);
    const floats = new Float32Array([1, 2]);
    const held = builder.constant(floats, undefined, 'held');
    const graph = builder.build({ filled, list, held });
    expect(graph.constants.map(({ value }) => value.shape)).toEqual([[2], [2, 2], [2]]);
    expect(graph.constants[2]!.data).toBe(floats);
    expect(interpret(graph, {})).toMatchObject({ filled: Float64Array.of(3, 3), held: Float64Array.of(1, 2) });
  });

  it('leaves out what no output needs, and keeps all inputs', () => {
    const builder = new GraphBuilder();
    const x = builder.input('x', [2]);
    builder.input('unused', [1]);
    const y = builder.emit('Add', [x, builder.constant([1, 2])]);
    builder.emit('Mul', [y, builder.constant([3, 4])]);
    const graph = builder.build({ y });
    expect(graph.inputs.map(({ name }) => name)).toEqual(['x', 'unused']);
    expect(graph.nodes.map(({ op }) => op)).toEqual(['Add']);
    expect(graph.constants).toHaveLength(1);
  });

  it('builds graphs that later operators leave alone', () => {
    const builder = new GraphBuilder();
    const y = builder.emit('Neg', [builder.input('x', [2])]);
    const graph = builder.build({ y });
    const z = builder.emit('Exp', [y]);
    builder.input('late', [1]);
    expect([graph.nodes.length, graph.inputs.length]).toEqual([1, 1]);
    expect(builder.build({ z }).nodes).toHaveLength(2);
  });

  it('fills attributes that were left out with defaults', () => {
    const builder = new GraphBuilder();
    builder.emit('MatMul', [builder.input('a', [2, 3]), builder.input('b', [4, 3])], { transB: true });
    expect(builder.nodes[0]).toMatchObject({ op: 'MatMul', attrs: { transA: false, transB: true, alpha: 1 } });
  });

  it('refuses a second value of the same name', () => {
    const builder = new GraphBuilder();
    builder.input('x', [1]);
    expect(() => builder.input('x', [2])).toThrow(expect.objectContaining({ code: 'models/DUPLICATE_NAME' }));
    expect(() => builder.constant(1, [], 'x')).toThrow(expect.objectContaining({ code: 'models/DUPLICATE_NAME' }));
  });

  it("refuses another builder's values", () => {
    const foreign = new GraphBuilder().input('elsewhere', [1]);
    const builder = new GraphBuilder();
    const refusal = expect.objectContaining({
      code: 'models/FOREIGN_VALUE',
      message: expect.stringContaining('elsewhere') as string,
    });
    expect(() => builder.emit('Neg', [foreign])).toThrow(refusal);
    expect(() => builder.build({ foreign })).toThrow(refusal);
  });

  it('refuses a constant that does not fill its shape', () => {
    expect(() => new GraphBuilder().constant([1, 2, 3], [2, 2], 'kernel')).toThrow(
      expect.objectContaining({
        code: 'models/CONSTANT_SIZE',
        message: expect.stringContaining('"kernel" has 3 values') as string,
      }),
    );
  });
});

describe('SHAPE_MISMATCH', () => {
  const builder = new GraphBuilder();
  const a = builder.input('a', [2, 3]);
  const b = builder.input('b', [4, 3]);
  const flag = builder.input('flag', [2, 3], 'bool');

  it.each([
    ['Add', () => builder.emit('Add', [a, b]), 'Add of [2, 3] and [4, 3]'],
    ['Add', () => builder.emit('Add', [a, flag]), 'float32 and bool'],
    ['MatMul', () => builder.emit('MatMul', [a, b]), 'inner sizes 3 and 4'],
    ['MatMul', () => builder.emit('MatMul', [a, builder.constant([1, 2, 3])]), 'at least two axes'],
    [
      'MatMul',
      () => builder.emit('MatMul', [builder.constant(0, [2, 1, 3]), builder.constant(0, [3, 3, 1])]),
      'leading axes',
    ],
    ['Reshape', () => builder.emit('Reshape', [a], { shape: [4] }), '[4]'],
    ['Reshape', () => builder.emit('Reshape', [a], { shape: [-1, 4] }), '[-1, 4]'],
    ['Transpose', () => builder.emit('Transpose', [a], { perm: [0, 0] }), '[0, 0]'],
    ['Concat', () => builder.emit('Concat', [a, b], { axis: 1 }), 'axis 1'],
    ['Concat', () => builder.emit('Concat', [], { axis: 0 }), 'axis 0'],
    ['Split', () => builder.emit('Split', [a], { axis: 1, sizes: [1, 1] }), '[1, 1]'],
    ['Slice', () => builder.emit('Slice', [a], { axis: 1, start: 2, end: 4 }), '2 to 4'],
    ['Slice', () => builder.emit('Slice', [a], { axis: 2, start: 0, end: 1 }), 'no axis 2'],
    ['Pad', () => builder.emit('Pad', [a], { pads: [1, 1] }), '4 counts'],
    ['Expand', () => builder.emit('Expand', [a], { shape: [3] }), '[3]'],
    ['ReduceSum', () => builder.emit('ReduceSum', [a], { axes: [0, -2] }), '[0, -2]'],
    ['ReduceMean', () => builder.emit('ReduceMean', [a], { axes: [] }), 'axes []'],
    ['Softmax', () => builder.emit('Softmax', [a], { axis: 2 }), 'no axis 2'],
    ['LayerNormalization', () => builder.emit('LayerNormalization', [a, b, b]), 'scale and bias'],
    ['Where', () => builder.emit('Where', [a, a, a]), 'must be bool'],
    ['Where', () => builder.emit('Where', [flag, b, b]), 'condition does not broadcast'],
  ])('names the operator and what does not fit: %s', (op, emit, part) => {
    const message = expect.stringMatching(new RegExp(`^${op} of (?=.*)`)) as string;
    expect(emit).toThrow(expect.objectContaining({ code: 'models/SHAPE_MISMATCH', message }));
    expect(emit).toThrow(part);
  });
});
