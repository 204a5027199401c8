import type { OnnxModel } from '../onnx/onnx-schema.js';
import { graphLinks } from './graph-links.js';
import { productsOf } from './products.js';

/** Runtimes round before these where the model rounds after them. */
const moving = new Set(['Reshape', 'Transpose', 'Squeeze', 'Unsqueeze', 'Flatten', 'Identity', 'Slice']);

/**
 * Whether all that reads a value computes in float. It does not where what it gives is rounded for a product: a runtime then computes with
 * the levels of what it reads, for instance adds them, and levels of one step for all channels are all that it takes.
 */
export function floatReaders(model: OnnxModel): (value: string) => boolean {
  const links = graphLinks(model.graph);
  const activations = new Set(productsOf(model).map(({ activation }) => activation));
  const isRounded = (value: string): boolean =>
    activations.has(value) ||
    links.takersOf(value).some(({ opType, output }) => moving.has(opType) && output.some(isRounded));
  const isReadInFloat = (value: string): boolean =>
    !isRounded(value) &&
    links
      .takersOf(value)
      .every(({ opType, output }) => (moving.has(opType) ? output.every(isReadInFloat) : !output.some(isRounded)));
  return isReadInFloat;
}
