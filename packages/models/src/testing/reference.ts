import { modelErrors } from '../errors.js';
import type { Graph, NodeOf, Value } from '../graph/graph.js';
import type { OpName } from '../graph/op-signatures.js';
import { elementCount } from '../graph/shape.js';
import type { Dense } from './dense.js';
import { kernels, type Kernel } from './kernels.js';

/**
 * Runs a graph in float64, one plain loop an operator: slow, and independent of every engine, operator rule and file format.
 * Feeds and results are row-major; booleans are 0 and 1.
 */
export function interpret(
  graph: Graph,
  feeds: Readonly<Record<string, ArrayLike<number>>>,
): Record<string, Float64Array> {
  const values = new Map<Value, Dense>();
  for (const { value, data } of graph.constants)
    values.set(value, { shape: value.shape, data: Float64Array.from(data) });
  for (const value of graph.inputs) {
    const data = Float64Array.from(feeds[value.name] ?? []);
    if (data.length !== elementCount(value.shape)) {
      const problem = `input "${value.name}" of shape [${value.shape.join(', ')}] was given ${String(data.length)} values`;
      throw modelErrors.TENSOR_MISMATCH({ where: 'the reference interpreter', problem });
    }
    values.set(value, { shape: value.shape, data });
  }
  for (const node of graph.nodes) {
    const { op, inputs, attrs, outputs } = node as NodeOf<OpName>;
    const kernel = kernels[op] as Kernel<OpName>;
    const result = kernel(
      inputs.map((input) => values.get(input)!),
      attrs,
      node,
    );
    const results = 'data' in result ? [result] : result;
    outputs.forEach((output, i) => values.set(output, results[i]!));
  }
  return Object.fromEntries(Object.entries(graph.outputs).map(([name, value]) => [name, values.get(value)!.data]));
}
