import type { Graph } from '../graph/graph.js';
import { joinProducts } from './join-products.js';
import { lowerSoftmax } from './lower-softmax.js';
import { lowerSoftplus } from './lower-softplus.js';
import { splitLongProducts } from './split-long-products.js';

/** The same graph in the form that onnxruntime's CPU kernels run fastest; each pass says why. */
export const optimizeGraph = (graph: Graph): Graph =>
  splitLongProducts(lowerSoftplus(lowerSoftmax(joinProducts(graph))));
