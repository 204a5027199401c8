import { broadcastShapes, sameShape } from '../graph/shape.js';
import { defineOp } from './define-op.js';

/**
 * op(A) · op(B) + C on matrices; C broadcasts to the product. A linear layer in one operator: its bias, or what it is added to, costs no
 * pass of its own.
 */
export const Gemm = defineOp('Gemm', {
  arity: 3,
  defaults: { transA: false, transB: false },
  infer: ([a, b, c], { transA, transB }, mismatch) => {
    if (a.shape.length !== 2 || b.shape.length !== 2) throw mismatch('the operands of the product are no matrices');
    const [rows, inner] = transA ? a.shape.toReversed() : a.shape;
    const [innerB, columns] = transB ? b.shape.toReversed() : b.shape;
    if (inner !== innerB) throw mismatch(`the inner sizes ${String(inner)} and ${String(innerB)} differ`);
    const shape = [rows!, columns!];
    if (!sameShape(broadcastShapes(shape, c.shape) ?? [], shape)) throw mismatch('the sum does not fit the product');
    return [{ shape, dtype: a.dtype }];
  },
  gradient: ({ emit, attrs: { transA, transB }, inputs: [a, b], dy, needs }) => [
    !needs(0)
      ? null
      : transA
        ? emit('MatMul', [b, dy], { transA: transB, transB: true })
        : emit('MatMul', [dy, b], { transB: !transB }),
    !needs(1)
      ? null
      : transB
        ? emit('MatMul', [dy, a], { transA: true, transB: transA })
        : emit('MatMul', [a, dy], { transA: !transA }),
    dy,
  ],
  onnx: ({ attrs: { transA, transB } }) => ({ attributes: { transA: Number(transA), transB: Number(transB) } }),
});
