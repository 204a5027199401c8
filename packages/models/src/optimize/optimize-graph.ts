import type { ProviderName } from '../engines/onnxruntime/providers.js';
import type { Graph } from '../graph/graph.js';
import { joinProducts } from './join-products.js';
import { lowerSign } from './lower-sign.js';
import { lowerSoftmax } from './lower-softmax.js';
import { plainProducts } from './plain-products.js';
import { splitLongProducts } from './split-long-products.js';

const passes: Readonly<Record<ProviderName, (graph: Graph) => Graph>> = {
  cpu: (graph) => splitLongProducts(lowerSoftmax(joinProducts(graph))),
  // Its kernels cover all operators, and what the CPU's passes are for (cores that share an operand, a slow softmax) is not so there.
  cuda: (graph) => graph,
  webgpu: (graph) => lowerSign(plainProducts(graph)),
};

/** The same graph in the form that a provider's kernels run fastest; each pass says why. */
export const optimizeGraph = (graph: Graph, provider: ProviderName = 'cpu'): Graph => passes[provider](graph);
