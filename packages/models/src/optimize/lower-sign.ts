import type { Graph } from '../graph/graph.js';
import { rewriteGraph } from './rewrite.js';

/** Sign by two comparisons, [x > 0] - [0 > x]: onnxruntime's WebGPU has no kernel for it. */
export const lowerSign = (graph: Graph): Graph =>
  rewriteGraph(graph, (node, { builder, renewed }) => {
    if (node.op !== 'Sign') return undefined;
    const [x, zero] = [renewed(node.inputs[0]), builder.constant(0)];
    const isPositive = builder.emit('Cast', [builder.emit('Greater', [x, zero])], { to: 'float32' });
    const isNegative = builder.emit('Cast', [builder.emit('Greater', [zero, x])], { to: 'float32' });
    return builder.emit('Sub', [isPositive, isNegative]);
  });
