import type { Graph } from '../graph/graph.js';
import type { Value } from '../graph/value.js';
import { rewriteGraph } from './rewrite.js';

/**
 * Batched products without transposed operands and factors: onnxruntime's WebGPU has no kernel for `FusedMatMul`, which then runs on the
 * processor, with copies there and back. The factor goes to the smaller operand. Products of matrices are left: `Gemm` takes both.
 */
export const plainProducts = (graph: Graph): Graph =>
  rewriteGraph(graph, (node, { builder, renewed }) => {
    if (node.op !== 'MatMul') return undefined;
    const { transA, transB, alpha } = node.attrs;
    const [a, b] = [renewed(node.inputs[0]), renewed(node.inputs[1])];
    const isPlain = !transA && !transB && alpha === 1;
    if (isPlain || (a.shape.length === 2 && b.shape.length === 2)) return undefined;
    const scaled = (x: Value): Value => (alpha === 1 ? x : builder.emit('Mul', [x, builder.constant(alpha)]));
    const turned = (x: Value, isTurned: boolean): Value => {
      const axes = [...x.shape.keys()];
      return isTurned
        ? builder.emit('Transpose', [x], { perm: [...axes.slice(0, -2), ...axes.slice(-2).reverse()] })
        : x;
    };
    const small = size(a) < size(b);
    return builder.emit('MatMul', [turned(small ? scaled(a) : a, transA), turned(small ? b : scaled(b), transB)]);
  });

const size = ({ shape }: Value): number => shape.reduce((all, each) => all * each, 1);
