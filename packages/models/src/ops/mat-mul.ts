import type { ValueType, Value } from '../graph/graph.js';
import type { Emit } from '../graph/op-signatures.js';
import { broadcastShapes, elementCount } from '../graph/shape.js';
import { defineOp } from './define-op.js';

/**
 * alpha · op(A) · op(B) over broadcast leading axes. dA = alpha · dY · op(B)ᵀ and dB = alpha · op(A)ᵀ · dY, transposed where the
 * operand is. Where B is one matrix for all leading axes of A, its gradient is one product over all rows: no batch of products, no sum.
 */
export const MatMul = defineOp('MatMul', {
  arity: 2,
  defaults: { transA: false, transB: false, alpha: 1 },
  infer: ([a, b], { transA, transB }, mismatch) => {
    if (a.shape.length < 2 || b.shape.length < 2)
      throw mismatch('both operands need at least two axes; Reshape vectors first');
    const [rows, inner] = matrixSizes(a, transA);
    const [innerB, columns] = matrixSizes(b, transB);
    if (inner !== innerB) {
      throw mismatch(`the inner sizes ${String(inner)} and ${String(innerB)} differ (${flags(transA, transB)})`);
    }
    const batch = broadcastShapes(a.shape.slice(0, -2), b.shape.slice(0, -2));
    if (batch === undefined) throw mismatch('the leading axes do not broadcast');
    return [{ shape: [...batch, rows, columns], dtype: a.dtype }];
  },
  gradient: ({ emit, attrs: { transA, transB, alpha }, inputs: [a, b], dy, needs }) => {
    const gradientOfA = (): Value =>
      transA
        ? emit('MatMul', [b, dy], { transA: transB, transB: true, alpha })
        : emit('MatMul', [dy, b], { transB: !transB, alpha });
    const gradientOfB = (): Value => {
      const oneMatrix = b.shape.length === 2 && a.shape.length > 2 && !transA;
      const left = oneMatrix ? rowsOf(emit, a) : a;
      const dRows = oneMatrix ? rowsOf(emit, dy) : dy;
      return transB
        ? emit('MatMul', [dRows, left], { transA: true, transB: transA, alpha })
        : emit('MatMul', [left, dRows], { transA: !transA, alpha });
    };
    return [needs(0) ? gradientOfA() : null, needs(1) ? gradientOfB() : null];
  },
  onnx: ({ attrs, inputs: [a, b] }) => {
    const attributes = { transA: Number(attrs.transA), transB: Number(attrs.transB), alpha: { float: attrs.alpha } };
    if (a.shape.length === 2 && b.shape.length === 2) return { opType: 'Gemm', attributes };
    if (!attrs.transA && !attrs.transB && attrs.alpha === 1) return {};
    return { opType: 'FusedMatMul', domain: 'com.microsoft', attributes };
  },
});

/** Rows and columns of the matrices in the last two axes, after their swap. */
function matrixSizes({ shape }: ValueType, transposed: boolean): readonly [number, number] {
  const rows = shape.at(-2) ?? 1;
  const columns = shape.at(-1) ?? 1;
  return transposed ? [columns, rows] : [rows, columns];
}

/** [..., m, k] -> [rows, k] */
function rowsOf(emit: Emit, x: Value): Value {
  return emit('Reshape', [x], { shape: [elementCount(x.shape.slice(0, -1)), x.shape.at(-1) ?? 1] });
}

const flags = (transA: boolean, transB: boolean): string => `transA ${String(transA)}, transB ${String(transB)}`;
