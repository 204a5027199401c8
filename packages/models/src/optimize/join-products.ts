import type { Graph, GraphNode, NodeOf } from '../graph/graph.js';
import { sameShape } from '../graph/shape.js';
import type { Value } from '../graph/value.js';
import { rewriteGraph } from './rewrite.js';

/**
 * A₁ᵀB₁ + A₂ᵀB₂ + … as one product of the joined operands, where these are small beside the result: (A₁; A₂)ᵀ (B₁; B₂). The sum then
 * happens inside the product, instead of in passes over results of their own. Gradients of the image's tokens are such sums.
 */
export function joinProducts(graph: Graph): Graph {
  const uses = new Map<Value, number>();
  const producers = new Map<Value, GraphNode>();
  for (const node of graph.nodes) {
    for (const input of node.inputs) uses.set(input, (uses.get(input) ?? 0) + 1);
    for (const output of node.outputs) producers.set(output, node);
  }
  for (const output of Object.values(graph.outputs)) uses.set(output, (uses.get(output) ?? 0) + 1);

  /** What a sum adds up, through sums that serve nothing else. */
  const termsOf = (sum: NodeOf<'Add'>): Value[] =>
    sum.inputs.flatMap((input) => {
      const producer = producers.get(input);
      const inner = producer?.op === 'Add' && uses.get(input) === 1 && sameShape(input.shape, sum.outputs[0]!.shape);
      return inner ? termsOf(producer) : [input];
    });

  return rewriteGraph(graph, (node, { builder, renewed }) => {
    if (node.op !== 'Add') return undefined;
    const terms = termsOf(node);
    const products = terms.flatMap((term) => {
      const producer = producers.get(term);
      return producer?.op === 'MatMul' && uses.get(term) === 1 && isJoinable(producer) ? [producer] : [];
    });
    const alike = products.filter(
      ({ attrs, outputs }) =>
        attrs.alpha === products[0]!.attrs.alpha && sameShape(outputs[0]!.shape, node.outputs[0]!.shape),
    );
    if (alike.length < 2) return undefined;
    const side = (index: 0 | 1): Value =>
      builder.emit(
        'Concat',
        alike.map(({ inputs }) => renewed(inputs[index])),
        { axis: -2 },
      );
    const joined = builder.emit('MatMul', [side(0), side(1)], { transA: true, alpha: alike[0]!.attrs.alpha });
    const rest = terms.filter((term) => !alike.some(({ outputs }) => outputs[0] === term));
    return rest.reduce((sum, term) => builder.emit('Add', [sum, renewed(term)]), joined);
  });
}

/** Aᵀ · B of equal batches, whose operands have few rows. */
function isJoinable({ inputs: [a, b], attrs }: NodeOf<'MatMul'>): boolean {
  const [rows, m, n] = [a.shape.at(-2)!, a.shape.at(-1)!, b.shape.at(-1)!];
  const batches = a.shape.length > 2 && sameShape(a.shape.slice(0, -2), b.shape.slice(0, -2));
  return batches && attrs.transA && !attrs.transB && 4 * rows <= Math.min(m, n);
}
