import { defineOp } from './define-op.js';

/** Entries of the first axis, in the order and as often as they are named. Only frozen encoders gather, so there is no gradient. */
export const Gather = defineOp('Gather', {
  arity: 1,
  infer: ([x], { indices }, mismatch) => {
    const [entries, ...rest] = x.shape;
    if (entries === undefined) throw mismatch('a scalar has no entries');
    const outside = indices.find((index) => !(Number.isInteger(index) && index >= 0 && index < entries));
    if (outside !== undefined) throw mismatch(`there is no entry ${String(outside)}`);
    return [{ shape: [indices.length, ...rest], dtype: x.dtype }];
  },
  gradient: 'none',
  onnx: ({ names, attrs: { indices }, int64 }) => ({ inputs: [...names, int64(indices)], attributes: { axis: 0 } }),
});
