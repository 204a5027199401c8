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

/** x · Φ(x), the exact form (Hendrycks & Gimpel 2016). dx = Φ(x) + x · φ(x), here from z = x/√2: (1 + erf(z) + 2/√π · z · exp(-z²)) / 2. */
export const Gelu = defineOp('Gelu', {
  arity: 1,
  elementwise: true,
  infer: ([x]) => [x],
  gradient: ({ emit, inputs: [x], dy, scalar }) => {
    const z = emit('Mul', [x, scalar(Math.SQRT1_2)]);
    const bell = emit('Exp', [emit('Neg', [emit('Mul', [z, z])])]);
    const slope = emit('Mul', [emit('Mul', [z, scalar(1 / Math.sqrt(Math.PI))]), bell]);
    const share = emit('Add', [emit('Mul', [emit('Erf', [z]), scalar(0.5)]), scalar(0.5)]);
    return [emit('Mul', [dy, emit('Add', [share, slope])])];
  },
  onnx: () => ({ domain: 'com.microsoft' }),
});
