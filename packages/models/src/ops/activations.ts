import { defineOp } from './define-op.js';

/** The sign of the output is 1 where the input passed, else 0. */
export const Relu = defineOp('Relu', {
  arity: 1,
  elementwise: true,
  infer: ([x]) => [x],
  gradient: ({ emit, y, dy }) => [emit('Mul', [dy, emit('Sign', [y])])],
});

export const Sigmoid = defineOp('Sigmoid', {
  arity: 1,
  elementwise: true,
  infer: ([x]) => [x],
  gradient: ({ emit, y, dy, scalar }) => [emit('Mul', [dy, emit('Mul', [y, emit('Sub', [scalar(1), y])])])],
});

/** log(1 + eˣ) */
export const Softplus = defineOp('Softplus', {
  arity: 1,
  elementwise: true,
  infer: ([x]) => [x],
  gradient: ({ emit, inputs: [x], dy }) => [emit('Mul', [dy, emit('Sigmoid', [x])])],
});

/** Where it isn't cut, 0 < y < 1 and the slope is alpha. */
export const HardSigmoid = defineOp('HardSigmoid', {
  arity: 1,
  elementwise: true,
  infer: ([x]) => [x],
  gradient: ({ emit, attrs: { alpha }, y, dy, scalar }) => {
    const inside = emit('Sign', [emit('Mul', [y, emit('Sub', [scalar(1), y])])]);
    return [emit('Mul', [emit('Mul', [dy, scalar(alpha)]), inside])];
  },
  onnx: ({ attrs: { alpha, beta } }) => ({ attributes: { alpha: { float: alpha }, beta: { float: beta } } }),
});

/**
 * x · Φ(x), the exact form (Hendrycks & Gimpel 2016). dx = Φ(x) + x · φ(x), here from z = x/√2: (1 + erf(z)) / 2 + z · exp(-z²) / √π. In
 * as few passes over the tensor as there are: 1/√π goes into the exponential, and (1 + erf) / 2 is one HardSigmoid, which never cuts.
 */
export const Gelu = defineOp('Gelu', {
  arity: 1,
  elementwise: true,
  infer: ([x]) => [x],
  gradient: ({ emit, inputs: [x], dy, scalar }) => {
    const z = emit('Mul', [x, scalar(Math.SQRT1_2)]);
    const bell = emit('Exp', [emit('Sub', [scalar(-Math.log(Math.PI) / 2), emit('Mul', [z, z])])]);
    const share = emit('HardSigmoid', [emit('Erf', [z])], { alpha: 0.5, beta: 0.5 });
    return [emit('Mul', [dy, emit('Add', [share, emit('Mul', [z, bell])])])];
  },
  onnx: () => ({ domain: 'com.microsoft' }),
});
