import type { Graph } from '../graph/graph.js';
import { elementCount } from '../graph/shape.js';
import type { Value } from '../graph/value.js';

/** Elements of a tensor that is better read while it is in a processor's caches. */
const LARGE = 2 ** 18;

/** A result that is smaller than its operand by this factor is no burden to keep. */
const MUCH_SMALLER = 8;

/**
 * Sums over large tensors that are computed, such as a weight's gradient over a block of image tokens, in the graph's order: what is better computed as soon as its
 * operands are there. onnxruntime runs what the last output needs, depth first, then what is missing for the one before, and so on. Left to that, it comes back to
 * these sums block after block when the whole gradient of the image is done, and reads from memory what had been in the caches.
 */
export function earlyValues({ nodes, outputs }: Graph): readonly Value[] {
  const shown = new Set(Object.values(outputs));
  const computed = new Set(nodes.flatMap((node) => node.outputs));
  return nodes.flatMap(({ op, inputs, outputs: [result] }) => {
    if ((op !== 'MatMul' && op !== 'ReduceSum') || !result || result.shape.length === 0 || shown.has(result)) return [];
    const operands = inputs.filter((input) => computed.has(input));
    const most = Math.max(0, ...operands.map(({ shape }) => elementCount(shape)));
    return most >= LARGE && MUCH_SMALLER * elementCount(result.shape) <= most ? [result] : [];
  });
}
