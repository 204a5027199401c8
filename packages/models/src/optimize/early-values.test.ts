import { describe, expect, it } from 'vitest';
import { GraphBuilder } from '../graph/graph-builder.js';
import type { Graph } from '../graph/graph.js';
import { emitOnnx } from '../onnx/emit-onnx.js';
import { readOnnx } from '../onnx/read-onnx.js';
import { createOnnxRuntimeEngine } from '../engines/onnxruntime/onnx-runtime-engine.js';
import { float32Tensor } from '../engines/tensor.js';
import { optimizeGraph } from './optimize-graph.js';
import { earlyValues } from './early-values.js';

/** For each of two blocks a weight's gradient, which is shown as a sum, and a total; and values that are no sums over large tensors. */
function blocks(): { readonly graph: Graph; readonly sums: readonly string[] } {
  const builder = new GraphBuilder();
  const rows = 8192;
  const products = [0, 1].map((block) => {
    const x = builder.input(`x${String(block)}`, [rows, 32]);
    const changed = builder.emit('Mul', [x, builder.constant(2)]); // as large as its operand
    return builder.emit('MatMul', [changed, x], { transA: true });
  });
  const small = builder.emit('ReduceSum', [builder.input('few', [64, 2])], { axes: [0] });
  const everything = builder.emit('ReduceSum', [builder.emit('Exp', [builder.input('x', [rows, 32])])], {
    axes: [0, 1],
    keepdims: false,
  });
  const given = builder.emit('ReduceSum', [builder.input('given', [rows, 32])], { axes: [0] }); // its operand is in memory in any case
  const sum = builder.emit('Add', [products[0]!, products[1]!]);
  const shown = builder.emit('ReduceSum', [builder.emit('Exp', [builder.input('y', [rows, 32])])], { axes: [0] });
  const more = builder.emit('Add', [small, builder.emit('Mul', [everything, builder.constant(1e-6)])]);
  return {
    graph: builder.build({ sum, shown, more, minus: builder.emit('Neg', [given]) }),
    sums: products.map(({ name }) => name),
  };
}

describe('earlyValues', () => {
  it('are sums over large tensors, in their order, unless they are outputs, scalars, or of what is given', () => {
    const { graph, sums } = blocks();
    expect(earlyValues(graph).map(({ name }) => name)).toEqual(sums);
  });

  it('are taken by the last nodes of the file, the first of them last; the results stay what they are', async () => {
    const { graph, sums } = blocks();
    const early = earlyValues(graph);
    const nodes = readOnnx(emitOnnx(graph, early), 'test').graph.node;
    expect(nodes.slice(-2).map(({ opType, input }) => [opType, input[0]])).toEqual([
      ['Slice', sums[1]],
      ['Slice', sums[0]],
    ]);
    const engine = createOnnxRuntimeEngine({ threads: 2 });
    const feeds = Object.fromEntries(
      graph.inputs.map(({ name, shape }, k) => {
        const values = Float32Array.from({ length: shape[0]! * shape[1]! }, (_, i) => Math.sin(i + k));
        return [name, float32Tensor(shape, values)];
      }),
    );
    const results = [];
    for (const load of [() => engine.compile(graph), () => engine.loadModel(emitOnnx(optimizeGraph(graph)))]) {
      const executable = await load();
      results.push(await executable.run(feeds));
    }
    await engine.dispose();
    expect(Object.keys(results[0]!)).toEqual(['sum', 'shown', 'more', 'minus']);
    expect(results[0]).toEqual(results[1]);
  });
});
