import type { ProviderName } from '../engines/onnxruntime/providers.js';
import type { Graph } from '../graph/graph.js';
import { joinProducts } from './join-products.js';
import { lowerSoftmax } from './lower-softmax.js';
import { splitLongProducts } from './split-long-products.js';

/**
 * The same graph in the form that onnxruntime's CPU kernels run fastest; each pass says why. A GPU gets it as it is: there each operator
 * more is a launch more, and the passes' reasons (cores that share an operand, the CPU's softmax) do not hold.
 */
export const optimizeGraph = (graph: Graph, provider: ProviderName = 'cpu'): Graph =>
  provider === 'cpu' ? splitLongProducts(lowerSoftmax(joinProducts(graph))) : graph;
