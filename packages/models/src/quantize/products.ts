import { integerOf } from '../cost/onnx-values.js';
import { dataTypes, type OnnxModel, type OnnxNode, type OnnxTensor } from '../onnx/onnx-schema.js';

/** A product of an activation with a weight that the model holds: what can be computed in INT8. */
export interface Product {
  readonly node: OnnxNode;
  /** The node's name, or where it has none its output's. */
  readonly name: string;
  /** The operand that depends on the input. */
  readonly activation: string;
  readonly weight: OnnxTensor;
  /** The weight's axis of output channels: each has a scale of its own. A stack of matrices has one scale for all, as engines have no product with more. */
  readonly axis: number | undefined;
  readonly bias: OnnxTensor | undefined;
}

/** All products of a model, in the order of its nodes. */
export function productsOf({ graph }: OnnxModel): readonly Product[] {
  const constants = new Map(graph.initializer.map((tensor) => [tensor.name ?? '', tensor]));
  return graph.node.flatMap((node) => {
    const matrixAxis = outputAxis(node);
    const [activation = '', weightName = '', biasName = ''] = node.input;
    const weight = constants.get(weightName);
    const bias = constants.get(biasName);
    const isStack = node.opType === 'MatMul' && (weight?.dims ?? []).length > 2;
    const isProduct =
      matrixAxis !== undefined &&
      weight?.dataType === dataTypes.float32 &&
      (weight.dims ?? []).length >= 2 &&
      !constants.has(activation) &&
      (biasName === '' || bias?.dataType === dataTypes.float32);
    const axis = isStack ? undefined : matrixAxis;
    return isProduct ? [{ node, name: nameOf(node), activation, weight, axis, bias }] : [];
  });
}

/**
 * The name of the product that comes last. What it rounds reaches the output as it is, with no layer behind it that evens it out: of MobileSAM's
 * encoder, it makes a quarter of the squared error and 6 % of the work.
 */
export const lastProduct = (model: OnnxModel): string | undefined => productsOf(model).at(-1)?.name;

export const nameOf = ({ name, output }: OnnxNode): string => name || (output[0] ?? '');

function outputAxis(node: OnnxNode): number | undefined {
  if ((node.domain ?? '') !== '') return undefined;
  switch (node.opType) {
    case 'MatMul':
      return 1;
    case 'Gemm':
      return integerOf(node, 'transA', 0) === 0 && isOne(node, 'alpha') && isOne(node, 'beta')
        ? 1 - integerOf(node, 'transB', 0)
        : undefined;
    case 'Conv':
      return 0;
    default:
      return undefined;
  }
}

const isOne = ({ attribute = [] }: OnnxNode, name: string): boolean =>
  attribute.every((each) => each.name !== name || each.f === 1);
