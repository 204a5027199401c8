import { defineOp } from './define-op.js';
import { inferBroadcast } from './elementwise.js';

export const Add = defineOp('Add', {
  arity: 2,
  elementwise: true,
  infer: (inputs, _, mismatch) => [inferBroadcast(inputs, mismatch)],
  gradient: ({ dy }) => [dy, dy],
});

export const Sub = defineOp('Sub', {
  arity: 2,
  elementwise: true,
  infer: (inputs, _, mismatch) => [inferBroadcast(inputs, mismatch)],
  gradient: ({ emit, dy, needs }) => [dy, needs(1) ? emit('Neg', [dy]) : null],
});

export const Mul = defineOp('Mul', {
  arity: 2,
  elementwise: true,
  infer: (inputs, _, mismatch) => [inferBroadcast(inputs, mismatch)],
  gradient: ({ emit, inputs: [a, b], dy, needs }) => [
    needs(0) ? emit('Mul', [dy, b]) : null,
    needs(1) ? emit('Mul', [dy, a]) : null,
  ],
});

/** d(a/b) = da/b - (a/b) db/b. */
export const Div = defineOp('Div', {
  arity: 2,
  elementwise: true,
  infer: (inputs, _, mismatch) => [inferBroadcast(inputs, mismatch)],
  gradient: ({ emit, inputs: [, b], y, dy, needs }) => {
    const da = emit('Div', [dy, b]);
    return [da, needs(1) ? emit('Neg', [emit('Mul', [da, y])]) : null];
  },
});

export const Neg = defineOp('Neg', {
  arity: 1,
  elementwise: true,
  infer: ([x]) => [x],
  gradient: ({ emit, dy }) => [emit('Neg', [dy])],
});
