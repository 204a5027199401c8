import { describe, expect, it } from 'vitest';
import { GraphBuilder } from '../graph/graph-builder.js';
import type { Graph } from '../graph/graph.js';
import { elementCount } from '../graph/shape.js';
import { interpret } from '../testing/reference.js';
import { joinProducts } from './join-products.js';
import { lowerSign } from './lower-sign.js';
import { lowerSoftmax } from './lower-softmax.js';
import { optimizeGraph } from './optimize-graph.js';
import { plainProducts } from './plain-products.js';
import { splitLongProducts } from './split-long-products.js';

const opsOf = (graph: Graph): string[] => graph.nodes.map(({ op }) => op);

/** Both graphs give the same numbers for the same feeds. */
function expectSame(before: Graph, after: Graph): void {
  const feeds = Object.fromEntries(
    before.inputs.map(({ name, shape }, i) => [
      name,
      Float64Array.from({ length: elementCount(shape) }, (_, k) => Math.sin(k * 1.3 + i)),
    ]),
  );
  const [wanted, found] = [interpret(before, feeds), interpret(after, feeds)];
  expect(Object.keys(found)).toEqual(Object.keys(wanted));
  for (const [name, values] of Object.entries(wanted)) {
    values.forEach((value, i) => {
      expect(found[name]![i]).toBeCloseTo(value, 9);
    });
  }
}

describe('joinProducts', () => {
  /** dx = p₁ᵀ q₁ + bias + p₂ᵀ q₂ + p₃ᵀ q₃ */
  function sumOfProducts(options: { alpha?: number; rows?: number; shown?: boolean } = {}): Graph {
    const builder = new GraphBuilder();
    const { alpha = 0.5, rows = 1 } = options;
    const product = (index: number, factor: number) =>
      builder.emit(
        'MatMul',
        [builder.input(`p${String(index)}`, [2, rows, 4]), builder.input(`q${String(index)}`, [2, rows, 5])],
        { transA: true, alpha: factor },
      );
    const first = product(1, 0.5);
    const partly = builder.emit('Add', [first, builder.input('bias', [2, 4, 5])]);
    const more = builder.emit('Add', [partly, product(2, alpha)]);
    const sum = builder.emit('Add', [more, product(3, 0.5)]);
    return builder.build({ sum, ...(options.shown && { first }) });
  }

  it('makes one product of all that a sum adds up', () => {
    const graph = sumOfProducts();
    const joined = joinProducts(graph);
    expect(opsOf(joined)).toEqual(['Concat', 'Concat', 'MatMul', 'Add']);
    expectSame(graph, joined);
  });

  it('leaves out a product with another factor, and one that is also wanted by itself', () => {
    const other = sumOfProducts({ alpha: 2 });
    expect(opsOf(joinProducts(other)).filter((op) => op === 'MatMul')).toHaveLength(2);
    expectSame(other, joinProducts(other));
    const shown = sumOfProducts({ shown: true });
    expect(opsOf(joinProducts(shown)).filter((op) => op === 'MatMul')).toHaveLength(2);
    expectSame(shown, joinProducts(shown));
  });

  it('leaves products alone whose operands are not small beside the result', () => {
    const graph = sumOfProducts({ rows: 2 });
    expect(opsOf(joinProducts(graph)).filter((op) => op === 'MatMul')).toHaveLength(3);
  });
});

describe('lowerSoftmax', () => {
  it.each([
    [1, false],
    [-2, false],
    [-1, true],
    [2, true],
  ])('spells softmax over axis %i out unless that is the last: kept %s', (axis, kept) => {
    const builder = new GraphBuilder();
    const graph = builder.build({ y: builder.emit('Softmax', [builder.input('x', [2, 3, 4])], { axis }) });
    const lowered = lowerSoftmax(graph);
    expect(opsOf(lowered).includes('Softmax')).toBe(kept);
    expectSame(graph, lowered);
  });
});

describe('splitLongProducts', () => {
  function longProduct(rows: number): Graph {
    const builder = new GraphBuilder();
    const inputs = [builder.input('a', [rows, 2]), builder.input('b', [rows, 3])] as const;
    return builder.build({ y: builder.emit('MatMul', inputs, { transA: true, alpha: 0.25 }) });
  }

  it('sums over blocks of rows', () => {
    const graph = longProduct(4096);
    const split = splitLongProducts(graph);
    expect(opsOf(split)).toEqual(['Reshape', 'Reshape', 'MatMul', 'ReduceSum']);
    expectSame(graph, split);
  });

  it('leaves short products as they are', () => {
    expect(opsOf(splitLongProducts(longProduct(64)))).toEqual(['MatMul']);
  });
});

describe('plainProducts', () => {
  it.each([
    [[2, 3, 4], [2, 4, 5], { alpha: 0.5 }, ['Mul', 'MatMul']],
    [[2, 4, 3], [4, 5], { transA: true }, ['Transpose', 'MatMul']],
    [
      [2, 2, 4, 3],
      [2, 2, 5, 4],
      { transA: true, transB: true, alpha: -2 },
      ['Mul', 'Transpose', 'Transpose', 'MatMul'],
    ],
    [[2, 3, 4], [2, 4, 5], {}, ['MatMul']],
    [[4, 3], [5, 4], { transA: true, transB: true, alpha: 3 }, ['MatMul']],
  ] as const)('spells %j · %j with %j out as %j', (a, b, attrs, ops) => {
    const builder = new GraphBuilder();
    const graph = builder.build({ y: builder.emit('MatMul', [builder.input('a', a), builder.input('b', b)], attrs) });
    const plain = plainProducts(graph);
    expect(opsOf(plain).sort()).toEqual([...ops].sort());
    expectSame(graph, plain);
  });
});

describe('lowerSign', () => {
  it('gives -1, 0 and 1 by comparisons', () => {
    const builder = new GraphBuilder();
    const graph = builder.build({ y: builder.emit('Sign', [builder.input('x', [4])]) });
    expect(opsOf(lowerSign(graph))).toEqual(['Greater', 'Cast', 'Greater', 'Cast', 'Sub']);
    const feeds = { x: Float64Array.of(-3, 0, -0, 0.5) };
    expect(interpret(lowerSign(graph), feeds)['y']).toEqual(Float64Array.of(-1, 0, 0, 1));
  });
});

describe('optimizeGraph', () => {
  it('leaves WebGPU nothing that it has no kernel for', () => {
    const builder = new GraphBuilder();
    const [x, y] = [builder.input('x', [2, 4, 3]), builder.input('y', [2, 4, 5])];
    const product = builder.emit('MatMul', [x, y], { transA: true, alpha: 0.5 });
    const graph = builder.build({ sign: builder.emit('Sign', [product]) });
    const optimized = optimizeGraph(graph, 'webgpu');
    expect(opsOf(optimized)).not.toContain('Sign');
    const products = optimized.nodes.flatMap(({ op, attrs }) => (op === 'MatMul' ? [attrs] : []));
    expect(products).toEqual([{ transA: false, transB: false, alpha: 1 }]);
    expect(opsOf(optimizeGraph(graph, 'cuda'))).toEqual(['MatMul', 'Sign']);
  });

  it('keeps inputs and outputs, also those that are inputs or constants themselves', () => {
    const builder = new GraphBuilder();
    const [x, unused] = [builder.input('x', [2]), builder.input('unused', [1], 'bool')];
    const graph = builder.build({ x, one: builder.constant(1), y: builder.emit('Exp', [x]) });
    const optimized = optimizeGraph(graph);
    expect(optimized.inputs.map(({ name, dtype }) => [name, dtype])).toEqual([
      ['x', 'float32'],
      [unused.name, 'bool'],
    ]);
    expectSame({ ...graph, inputs: [x] }, { ...optimized, inputs: optimized.inputs.slice(0, 1) });
  });
});
