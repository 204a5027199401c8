import { integersOf } from '../../cost/onnx-values.js';
import { attributeTypes, type OnnxModel, type OnnxNode } from '../../onnx/onnx-schema.js';
import { graphLinks, onlyTaker, other, type GraphLinks } from '../graph-links.js';
import { replaceNodes } from './replace-nodes.js';

/**
 * Joins layer normalisation over the last axis, as PyTorch exports it before opset 17, into one operator. Numbered: x -> (1) ReduceMean -> (2) Sub from x ->
 * (3) Pow 2 -> (4) ReduceMean -> (5) Add epsilon -> (6) Sqrt -> (7) Div of 2 -> (8) Mul by the weight -> (9) Add the bias. Changes the model.
 */
export function joinLayerNorm(model: OnnxModel): void {
  const links = graphLinks(model.graph);
  replaceNodes(model, (node) => {
    const x = node.opType === 'Sub' ? centred(node, links) : undefined;
    const squared = links.takersOf(node.output[0]!).find(({ opType }) => opType === 'Pow');
    const variance = squared && onlyTaker(squared, 'ReduceMean', links);
    const added = variance && onlyTaker(variance, 'Add', links);
    const root = added && onlyTaker(added, 'Sqrt', links);
    const divided = root && onlyTaker(root, 'Div', links);
    const scaled = divided && onlyTaker(divided, 'Mul', links);
    const shifted = scaled && onlyTaker(scaled, 'Add', links);
    if (x === undefined || shifted === undefined) return undefined;
    const epsilon = links.numberOf(other(added!, variance!));
    const [weight, bias] = [other(scaled!, divided!), other(shifted, scaled!)];
    const fits =
      links.takersOf(node.output[0]!).length === 2 &&
      links.numberOf(squared!.input[1]!) === 2 &&
      isOfLastAxis(variance!) &&
      epsilon !== undefined &&
      divided!.input[0] === node.output[0] &&
      [weight, bias].every((name) => links.constantOf(name)?.dims?.length === 1);
    if (!fits) return undefined;
    const joined: OnnxNode = {
      ...{ name: `${shifted.output[0]!}/LayerNormalization`, opType: 'LayerNormalization' },
      ...{ input: [x, weight, bias], output: shifted.output },
      attribute: [
        { name: 'axis', i: -1, type: attributeTypes.int },
        { name: 'epsilon', f: epsilon, type: attributeTypes.float },
      ],
    };
    return { last: shifted, joined };
  });
}

/** x of x - mean(x). */
function centred({ input: [x, mean] }: OnnxNode, { makerOf, takersOf }: GraphLinks): string | undefined {
  const maker = makerOf(mean!);
  const isMean = maker?.opType === 'ReduceMean' && maker.input[0] === x && isOfLastAxis(maker);
  return isMean && takersOf(mean!).length === 1 ? x : undefined;
}

const isOfLastAxis = (node: OnnxNode): boolean => {
  const axes = integersOf(node, 'axes') ?? [];
  return (
    axes.length === 1 &&
    axes[0] === -1 &&
    (node.attribute ?? []).every(({ name, i }) => name !== 'keepdims' || Number(i) === 1)
  );
};
