import { defineOp } from './define-op.js';

export const Exp = defineOp('Exp', {
  arity: 1,
  elementwise: true,
  infer: ([x]) => [x],
  gradient: ({ emit, y, dy }) => [emit('Mul', [dy, y])],
});

export const Log = defineOp('Log', {
  arity: 1,
  elementwise: true,
  infer: ([x]) => [x],
  gradient: ({ emit, inputs: [x], dy }) => [emit('Div', [dy, x])],
});

export const Sqrt = defineOp('Sqrt', {
  arity: 1,
  elementwise: true,
  infer: ([x]) => [x],
  gradient: ({ emit, y, dy, scalar }) => [emit('Mul', [dy, emit('Div', [scalar(0.5), y])])],
});

/** The error function; its slope is 2/√π · exp(-x²). */
export const Erf = defineOp('Erf', {
  arity: 1,
  elementwise: true,
  infer: ([x]) => [x],
  gradient: ({ emit, inputs: [x], dy, scalar }) => {
    const bell = emit('Exp', [emit('Neg', [emit('Mul', [x, x])])]);
    return [emit('Mul', [dy, emit('Mul', [bell, scalar(2 / Math.sqrt(Math.PI))])])];
  },
});

export const Sin = defineOp('Sin', {
  arity: 1,
  elementwise: true,
  infer: ([x]) => [x],
  gradient: ({ emit, inputs: [x], dy }) => [emit('Mul', [dy, emit('Cos', [x])])],
});

export const Cos = defineOp('Cos', {
  arity: 1,
  elementwise: true,
  infer: ([x]) => [x],
  gradient: ({ emit, inputs: [x], dy }) => [emit('Neg', [emit('Mul', [dy, emit('Sin', [x])])])],
});
