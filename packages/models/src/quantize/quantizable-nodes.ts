import { onnxOperations } from '../cost/onnx-cost.js';
import { macsOf } from '../cost/model-cost.js';
import { elementCount } from '../graph/shape.js';
import type { OnnxModel } from '../onnx/onnx-schema.js';
import { blocksOf } from './blocks.js';
import { productsOf } from './products.js';

/** A product that `quantizeModel` computes in INT8 unless it is told otherwise. */
export interface QuantizableNode {
  readonly name: string;
  /** ONNX's operator. */
  readonly op: string;
  /** Multiplications each with an addition, in one run. */
  readonly macs: number;
  /** Of the float32 weight. */
  readonly weightBytes: number;
  /** The block of the network, such as a residual block's branch: nodes of one block are ranked and returned to float together. */
  readonly group: string;
}

/** The products of a model whose weight it holds, in the order in which they run. Throws `models/NO_SHAPE` where shapes can't be told. */
export function quantizableNodes(model: OnnxModel): readonly QuantizableNode[] {
  const operations = onnxOperations(model);
  const blocks = blocksOf(model);
  const places = new Map(model.graph.node.map((node, place) => [node, place]));
  return productsOf(model).map(({ node, name, weight }) => {
    const place = places.get(node)!;
    return {
      name,
      op: node.opType,
      macs: macsOf(operations[place]!),
      weightBytes: elementCount((weight.dims ?? []).map(Number)) * Float32Array.BYTES_PER_ELEMENT,
      group: blocks[place]!,
    };
  });
}
