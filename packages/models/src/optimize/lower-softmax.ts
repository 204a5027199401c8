import type { Graph } from '../graph/graph.js';
import { axisOf } from '../graph/shape.js';
import { rewriteGraph } from './rewrite.js';

/**
 * Softmax over another axis than the last, spelled out. onnxruntime's kernel moves the axis to the end and back and takes three times
 * as long as these five operators, which run along the innermost axis.
 */
export const lowerSoftmax = (graph: Graph): Graph =>
  rewriteGraph(graph, (node, { builder, renewed }) => {
    if (node.op !== 'Softmax') return undefined;
    const x = renewed(node.inputs[0]);
    const { axis } = node.attrs;
    if (axisOf(axis, x.shape.length) === x.shape.length - 1) return undefined;
    const powers = builder.emit('Exp', [builder.emit('Sub', [x, builder.emit('ReduceMax', [x], { axes: [axis] })])]);
    return builder.emit('Div', [powers, builder.emit('ReduceSum', [powers], { axes: [axis] })]);
  });
