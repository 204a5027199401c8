import { sameShape, withSizes } from '../graph/shape.js';
import { defineOp } from './define-op.js';

/**
 * y = x̂ · scale + bias, x̂ = (x - mean) · inverse deviation, over the last axis. The gradient takes mean and inverse deviation from
 * the forward pass: dx = (d - mean(d) - x̂ · mean(d · x̂)) · inverse deviation, with d = dy · scale.
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
  gradient: ({ emit, inputs: [x, scale], outputs, dy, needs }) => {
    const [, mean, inverseDeviation] = outputs as readonly [typeof x, typeof x, typeof x];
    if (!needs(0) && !needs(1)) return [null, null, dy];
    const normalized = emit('Mul', [emit('Sub', [x, mean]), inverseDeviation]);
    const dScale = needs(1) ? emit('Mul', [dy, normalized]) : null;
    if (!needs(0)) return [null, dScale, dy];
    const d = emit('Mul', [dy, scale]);
    const meanOfD = emit('ReduceMean', [d], { axes: [-1] });
    const meanOfProduct = emit('ReduceMean', [emit('Mul', [d, normalized])], { axes: [-1] });
    const centred = emit('Sub', [emit('Sub', [d, meanOfD]), emit('Mul', [normalized, meanOfProduct])]);
    return [emit('Mul', [centred, inverseDeviation]), dScale, dy];
  },
  onnx: ({ attrs: { epsilon } }) => ({ attributes: { axis: -1, epsilon: { float: epsilon } } }),
});
