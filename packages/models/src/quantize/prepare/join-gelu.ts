import type { OnnxModel, OnnxNode } from '../../onnx/onnx-schema.js';
import { graphLinks, onlyTaker, other, type GraphLinks } from '../graph-links.js';
import { replaceNodes } from './replace-nodes.js';

/** How far the numbers of a formula may be from what they stand for, as float32 rounds them. */
const TOLERANCE = 1e-4;

const isNear = (value: number | undefined, expected: number): boolean =>
  value !== undefined && Math.abs(value - expected) <= TOLERANCE;

/**
 * Joins x · (1 + erf(x / √2)) · 1/2, as PyTorch exports it, into onnxruntime's Gelu. Numbered: x -> (1) Div by √2, or Mul by its inverse ->
 * (2) Erf -> (3) Add 1 -> (4) Mul by x -> (5) Mul by 1/2. Changes the model.
 */
export function joinGelu(model: OnnxModel): void {
  const links = graphLinks(model.graph);
  replaceNodes(model, (node) => {
    const x = node.opType === 'Erf' ? geluInput(node, links) : undefined;
    const added = x === undefined ? undefined : onlyTaker(node, 'Add', links);
    const multiplied = added && onlyTaker(added, 'Mul', links);
    const halved = multiplied && onlyTaker(multiplied, 'Mul', links);
    if (x === undefined || added === undefined || multiplied === undefined || halved === undefined) return undefined;
    const fits =
      isNear(links.numberOf(other(added, node)), 1) &&
      other(multiplied, added) === x &&
      isNear(links.numberOf(other(halved, multiplied)), 0.5);
    if (!fits) return undefined;
    const joined = { opType: 'Gelu', domain: 'com.microsoft', input: [x], output: halved.output };
    return { last: halved, joined: { name: `${halved.output[0]!}/Gelu`, ...joined } };
  });
}

/** What step 1 divides; nothing where that is no such step. */
function geluInput({ input: [scaled] }: OnnxNode, { makerOf, numberOf, takersOf }: GraphLinks): string | undefined {
  const maker = makerOf(scaled!);
  if (maker === undefined || takersOf(scaled!).length !== 1) return undefined;
  const [a, b] = maker.input as [string, string];
  if (maker.opType === 'Div') return isNear(numberOf(b), Math.SQRT2) ? a : undefined;
  if (maker.opType !== 'Mul') return undefined;
  if (isNear(numberOf(b), Math.SQRT1_2)) return a;
  return isNear(numberOf(a), Math.SQRT1_2) ? b : undefined;
}
