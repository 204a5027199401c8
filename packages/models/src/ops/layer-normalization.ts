import type { Emit } from '../graph/op-signatures.js';
import { elementCount, sameShape, withSizes } from '../graph/shape.js';
import type { Value } from '../graph/value.js';
import { defineOp } from './define-op.js';

/**
 * y = x̂ · scale + bias, x̂ = (x - mean) · r, over the last axis; r is the inverse deviation. With d = dy · scale, its gradient is
 * dx = r (d - mean(d) - x̂ · mean(d · x̂)). x̂ is never built again: sums over x̂ come from sums over x, and as a function of x,
 * dx = r · d - slope · x - offset, with a slope and an offset for each row.
 */
export const LayerNormalization = defineOp('LayerNormalization', {
  arity: 3,
  defaults: { epsilon: 1e-5 },
  infer: ([x, scale, bias], _, mismatch) => {
    const channels = x.shape.slice(-1);
    if (channels.length === 0 || !sameShape(scale.shape, channels) || !sameShape(bias.shape, channels)) {
      throw mismatch('scale and bias need one axis, of the size of the last axis of the input');
    }
    const statistics = { shape: withSizes(x.shape, [x.shape.length - 1], 1), dtype: x.dtype };
    return [x, statistics, statistics];
  },
  differentiableOutputs: 1,
  optionalOutputs: 1,
  gradient: ({ emit, inputs: [x, scale], outputs: [, mean, inverse], dy, needs, scalar }) => {
    if (!needs(0) && !needs(1)) return [null, null, dy];
    const channels = scale.shape[0]!;
    const rows = elementCount(x.shape) / channels;
    const reshape = (value: Value, columns: number): Value => emit('Reshape', [value], { shape: [rows, columns] });
    const [xs, dys, means, r] = [reshape(x, channels), reshape(dy, channels), reshape(mean!, 1), reshape(inverse!, 1)];
    const product = emit('Mul', [dys, xs]);

    // Σ dy · x̂ over rows
    const dScale = (): Value =>
      emit('Sub', [sumOfRows(emit, product, r), sumOfRows(emit, dys, emit('Mul', [means, r]))]);
    if (!needs(0)) return [null, dScale(), dy];

    // The mean's factor lies in the column: onnxruntime multiplies matrices with a column faster if the product has none.
    const columns = emit('Reshape', [emit('Mul', [scale, scalar(1 / channels)])], { shape: [channels, 1] });
    const meanOfD = emit('Mul', [emit('MatMul', [dys, columns]), r]); // r · mean(d)
    const meanOfDx = emit('MatMul', [product, columns]); // mean(d · x)
    const slope = emit('Mul', [
      emit('Sub', [emit('Mul', [meanOfDx, r]), emit('Mul', [means, meanOfD])]),
      emit('Mul', [r, r]),
    ]);
    const offset = emit('Sub', [meanOfD, emit('Mul', [means, slope])]);
    const scaled = emit('Mul', [emit('Mul', [dys, scale]), r]);
    const dx = emit('Sub', [emit('Sub', [scaled, emit('Mul', [xs, slope])]), offset]);
    return [emit('Reshape', [dx], { shape: x.shape }), needs(1) ? dScale() : null, dy];
  },
  onnx: ({ attrs: { epsilon } }) => ({ attributes: { axis: -1, epsilon: { float: epsilon } } }),
});

/** Rows that are summed up at a time: closer than one long sum, and in parallel. */
const BLOCKS = 64;

/** Σ weight · row: [rows, channels] and [rows, 1] -> [1, channels] */
function sumOfRows(emit: Emit, x: Value, weights: Value): Value {
  const [rows, channels] = x.shape as [number, number];
  const blocks = rows % BLOCKS === 0 ? BLOCKS : 1;
  const left = emit('Reshape', [weights], { shape: [blocks, 1, rows / blocks] });
  const sums = emit('MatMul', [left, emit('Reshape', [x], { shape: [blocks, rows / blocks, channels] })]);
  return emit('ReduceSum', [sums], { axes: [0], keepdims: false });
}
