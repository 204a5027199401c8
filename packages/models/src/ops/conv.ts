import { defineOp } from './define-op.js';

/**
 * Two-dimensional convolution (correlation) of x [N, C, H, W] with filters [outputs, C / group, height, width] and a bias [outputs].
 * Only frozen encoders convolve, so there is no gradient.
 */
export const Conv = defineOp('Conv', {
  arity: 3,
  defaults: { strides: [1, 1], pads: [0, 0, 0, 0], group: 1 },
  infer: ([x, filters, bias], { strides, pads, group }, mismatch) => {
    if (x.shape.length !== 4 || filters.shape.length !== 4) throw mismatch('image and filters need four axes each');
    const [batch, channels, ...image] = x.shape as [number, number, number, number];
    const [outputs, inputs, ...window] = filters.shape as [number, number, number, number];
    if (inputs * group !== channels || outputs % group !== 0) {
      throw mismatch(`${String(group)} groups of filters on ${String(inputs)} channels do not fit`);
    }
    if (bias.shape.length !== 1 || bias.shape[0] !== outputs) throw mismatch('the bias needs one value a filter');
    const sizes = image.map((size, axis) => {
      const padded = size + (pads[axis] ?? 0) + (pads[axis + 2] ?? 0);
      return Math.floor((padded - window[axis]!) / (strides[axis] ?? 1)) + 1;
    });
    if (sizes.some((size) => size < 1)) throw mismatch('the filters are larger than the image with its pads');
    return [{ shape: [batch, outputs, ...sizes], dtype: x.dtype }];
  },
  gradient: 'none',
  onnx: ({ attrs: { strides, pads, group } }) => ({ attributes: { strides, pads, group } }),
});
