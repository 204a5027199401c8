import type { Graph } from '../graph/graph.js';
import { joinProducts } from './join-products.js';
import { lowerSoftmax } from './lower-softmax.js';
import { splitLongProducts } from './split-long-products.js';

/** The same graph in the form that onnxruntime's CPU kernels run fastest; each pass says why. */
export const optimizeGraph = (graph: Graph): Graph => splitLongProducts(lowerSoftmax(joinProducts(graph)));
