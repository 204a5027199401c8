import { broadcastShapes } from '../graph/shape.js';
import { dataTypes } from '../onnx/onnx-schema.js';
import { defineOp } from './define-op.js';
import { inferBroadcast } from './elementwise.js';

/** -1, 0 or 1. */
export const Sign = defineOp('Sign', {
  arity: 1,
  elementwise: true,
  infer: ([x]) => [x],
  gradient: 'zero',
});

export const Greater = defineOp('Greater', {
  arity: 2,
  elementwise: true,
  infer: (inputs, _, mismatch) => [{ shape: inferBroadcast(inputs, mismatch).shape, dtype: 'bool' }],
  gradient: 'zero',
});

export const GreaterOrEqual = defineOp('GreaterOrEqual', {
  arity: 2,
  elementwise: true,
  infer: (inputs, _, mismatch) => [{ shape: inferBroadcast(inputs, mismatch).shape, dtype: 'bool' }],
  gradient: 'zero',
});

/** Changes the dtype; a change from or to anything but float32 is a step function, so nothing flows. */
export const Cast = defineOp('Cast', {
  arity: 1,
  elementwise: true,
  infer: ([x], { to }) => [{ shape: x.shape, dtype: to }],
  gradient: 'zero',
  onnx: ({ attrs: { to } }) => ({ attributes: { to: dataTypes[to] } }),
});

export const Where = defineOp('Where', {
  arity: 3,
  elementwise: true,
  infer: ([condition, a, b], _, mismatch) => {
    if (condition.dtype !== 'bool') throw mismatch(`the condition must be bool, not ${condition.dtype}`);
    const branches = inferBroadcast([a, b], mismatch);
    const shape = broadcastShapes(condition.shape, branches.shape);
    if (shape === undefined) throw mismatch('the condition does not broadcast with the branches');
    return [{ shape, dtype: branches.dtype }];
  },
  gradient: ({ emit, inputs: [condition], dy, needs, scalar }) => [
    null,
    needs(1) ? emit('Where', [condition, dy, scalar(0)]) : null,
    needs(2) ? emit('Where', [condition, scalar(0), dy]) : null,
  ],
});
