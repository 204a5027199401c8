import { axisOf } from '../graph/shape.js';
import { defineOp } from './define-op.js';

/** dx = y * (dy - sum(dy * y)): the Jacobian diag(y) - y yᵀ applied to dy, without building it. */
export const Softmax = defineOp('Softmax', {
  arity: 1,
  defaults: { axis: -1 },
  infer: ([x], { axis }, mismatch) => {
    if (axisOf(axis, x.shape.length) === undefined) throw mismatch(`it has no axis ${String(axis)}`);
    return [x];
  },
  gradient: ({ emit, attrs: { axis }, y, dy }) => {
    const dot = emit('ReduceSum', [emit('Mul', [dy, y])], { axes: [axis] });
    return [emit('Mul', [y, emit('Sub', [dy, dot])])];
  },
  onnx: ({ attrs: { axis } }) => ({ attributes: { axis } }),
});
