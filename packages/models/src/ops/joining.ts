import type { Value } from '../graph/graph.js';
import { axisOf, sameShape, withSizes } from '../graph/shape.js';
import { defineOp } from './define-op.js';

/** Joins tensors along an axis; each gets its part of the gradient back. */
export const Concat = defineOp('Concat', {
  arity: 'variadic',
  infer: (parts, { axis }, mismatch) => {
    const [first] = parts;
    const at = first && axisOf(axis, first.shape.length);
    if (first === undefined || at === undefined) throw mismatch(`there is no axis ${String(axis)} to join along`);
    const rest = withSizes(first.shape, [at], 0);
    if (!parts.every((part) => sameShape(withSizes(part.shape, [at], 0), rest) && part.dtype === first.dtype)) {
      throw mismatch(`all but the sizes of axis ${String(axis)} must agree`);
    }
    const size = parts.reduce((sum, { shape }) => sum + (shape[at] ?? 0), 0);
    return [{ shape: withSizes(first.shape, [at], size), dtype: first.dtype }];
  },
  gradient: ({ emit, emitAll, attrs: { axis }, inputs, dy, needs }) => {
    const sizes = inputs.map(({ shape }) => shape.at(axis) ?? 1);
    const needed = inputs.flatMap((_, i) => (needs(i) ? [i] : []));
    if (needed.length > 1) return emitAll('Split', [dy], { axis, sizes });
    return inputs.map((_, i) => {
      if (!needed.includes(i)) return null;
      const start = sizes.slice(0, i).reduce((sum, size) => sum + size, 0);
      return emit('Slice', [dy], { axis, start, end: start + (sizes[i] ?? 0) });
    });
  },
  onnx: ({ attrs: { axis } }) => ({ attributes: { axis } }),
});

/** Cuts a tensor along an axis; parts that don't reach the loss count as zero. */
export const Split = defineOp('Split', {
  arity: 1,
  infer: ([x], { axis, sizes }, mismatch) => {
    const at = axisOf(axis, x.shape.length);
    if (at === undefined) throw mismatch(`it has no axis ${String(axis)}`);
    if (sizes.some((size) => size <= 0) || sizes.reduce((sum, size) => sum + size, 0) !== x.shape[at]) {
      throw mismatch(`sizes [${sizes.join(', ')}] do not add up to axis ${String(axis)}`);
    }
    return sizes.map((size) => ({ shape: withSizes(x.shape, [at], size), dtype: x.dtype }));
  },
  gradient: ({ emit, attrs: { axis }, outputs, dys, scalar }) => {
    const zeros = (like: Value): Value => emit('Expand', [scalar(0)], { shape: like.shape });
    return [
      emit(
        'Concat',
        outputs.map((output, i) => dys[i] ?? zeros(output)),
        { axis },
      ),
    ];
  },
  onnx: ({ names, attrs: { axis, sizes }, int64 }) => ({ inputs: [...names, int64(sizes)], attributes: { axis } }),
});
