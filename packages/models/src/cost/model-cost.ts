import type { Graph, Shape } from '../graph/graph.js';
import { elementCount } from '../graph/shape.js';

/** What one run of a model costs. */
export interface ModelCost {
  /**
   * Multiplications each with an addition, in convolutions and matrix products; additions, activations, normalisation and softmax
   * are not counted. This is what papers and model tables call FLOPs (fvcore, ptflops, OTX): "38.95 GFLOPs" are 38.95e9 of these.
   */
  readonly macs: number;
  /** Operations of arithmetic, two for each multiplication with its addition. */
  readonly flops: number;
  /** `macs` by operator, the costliest first. */
  readonly byOperator: Readonly<Record<string, number>>;
}

/** An operator with the shapes that it takes and gives. */
export interface Operation {
  readonly op: string;
  readonly inputs: readonly Shape[];
  readonly output: Shape;
  /** The first operand of a product is transposed. */
  readonly transA: boolean;
}

/** The cost of a graph; what training adds (gradients, optimizer) counts like the rest. */
export function modelCost({ nodes }: Graph): ModelCost {
  return costOf(
    nodes.map(({ op, inputs, outputs, attrs }) => ({
      op,
      inputs: inputs.map(({ shape }) => shape),
      output: outputs[0]!.shape,
      transA: 'transA' in attrs && attrs.transA,
    })),
  );
}

export function costOf(operations: Iterable<Operation>): ModelCost {
  const counts = new Map<string, number>();
  for (const operation of operations) {
    const macs = macsOf(operation);
    if (macs > 0) counts.set(operation.op, (counts.get(operation.op) ?? 0) + macs);
  }
  const sorted = [...counts].sort(([, a], [, b]) => b - a);
  const macs = sorted.reduce((sum, [, count]) => sum + count, 0);
  return { macs, flops: 2 * macs, byOperator: Object.fromEntries(sorted) };
}

/** Multiplications with an addition in one operator; 0 for those that are not counted. */
export const macsOf = (operation: Operation): number => elementCount(operation.output) * productSize(operation);

/** How many products are summed for each element of the output; 0 for operators that are not counted. */
function productSize({ op, inputs: [a = [], b = []], output, transA }: Operation): number {
  switch (op) {
    case 'MatMul':
    case 'FusedMatMul':
    case 'Gemm':
      return a.at(transA ? -2 : -1) ?? 1;
    case 'Conv': // filters [outputs, inputs / groups, height, width]
      return elementCount(b.slice(1));
    case 'ConvTranspose': // filters [inputs, outputs / groups, height, width]: each input pixel is multiplied by all of its filter
      return output.length > 0 ? (elementCount(a) * elementCount(b.slice(1))) / Math.max(1, elementCount(output)) : 0;
    default:
      return 0;
  }
}
