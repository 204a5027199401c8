import { GraphBuilder } from '../graph/graph-builder.js';
import type { Graph, GraphNode, NodeOf } from '../graph/graph.js';
import type { OpName } from '../graph/op-signatures.js';
import type { Value } from '../graph/value.js';

export interface RewriteContext {
  readonly builder: GraphBuilder;
  /** The value's counterpart in the new graph; it exists for inputs of nodes before this one. */
  readonly renewed: (value: Value) => Value;
}

/** Makes what stands for a node's first output, or returns `undefined` to copy the node. */
export type Rewrite = (node: GraphNode, context: RewriteContext) => Value | undefined;

/** A graph that computes the same in another way: node by node, copied or replaced. What no output needs any longer is left out. */
export function rewriteGraph(graph: Graph, rewrite: Rewrite): Graph {
  const builder = new GraphBuilder();
  const values = new Map<Value, Value>();
  const renewed = (value: Value): Value => values.get(value)!;
  for (const value of graph.inputs) values.set(value, builder.input(value.name, value.shape, value.dtype));
  for (const { value, data } of graph.constants) values.set(value, builder.constant(data, value.shape));
  for (const node of graph.nodes) {
    const replaced = rewrite(node, { builder, renewed });
    const outputs = replaced === undefined ? copy(builder, node, renewed) : [replaced];
    node.outputs.forEach((output, i) => {
      const made = outputs[i];
      if (made !== undefined) values.set(output, made);
    });
  }
  return builder.build(
    Object.fromEntries(Object.entries(graph.outputs).map(([name, value]) => [name, renewed(value)])),
  );
}

function copy(builder: GraphBuilder, node: GraphNode, renewed: (value: Value) => Value): readonly Value[] {
  const { op, inputs, attrs } = node as NodeOf<OpName>;
  const emitAll = builder.emitAll.bind(builder) as (op: OpName, inputs: Value[], attrs: unknown) => readonly Value[];
  return emitAll(op, inputs.map(renewed), attrs);
}
