import type { Tensor4D } from '@tensorflow/tfjs-core';
import type { Shape, Value } from '../../graph/graph.js';
import type { OpAttrs, OpInputs, OpName } from '../../graph/op-signatures.js';
import { axisOf, broadcastShapes, elementCount, sameShape } from '../../graph/shape.js';
import { tfDtype, type Tf, type TfTensor } from './tf.js';

/** How TensorFlow.js computes an operator; `outputs` are the graph's, with their shapes. What it makes on the way is freed by the caller. */
export type TfjsRule<O extends OpName> = (
  tf: Tf,
  inputs: OpInputs<O, TfTensor>,
  attrs: OpAttrs<O>,
  outputs: readonly Value[],
) => TfTensor | readonly TfTensor[];

/** Every operator by functions that all backends have (native, WebAssembly, plain JavaScript); a missing one doesn't compile. */
export const tfjsRules: { readonly [O in OpName]: TfjsRule<O> } = {
  Add: (tf, [a, b]) => tf.add(a, b),
  Sub: (tf, [a, b]) => tf.sub(a, b),
  Mul: (tf, [a, b]) => tf.mul(a, b),
  Div: (tf, [a, b]) => tf.div(a, b),
  Neg: (tf, [x]) => tf.neg(x),
  MatMul: (tf, [a, b], attrs, [y]) => {
    const product = matMul(tf, a, b, attrs);
    const scaled = attrs.alpha === 1 ? product : tf.mul(product, attrs.alpha);
    return tf.reshape(scaled, [...y!.shape]);
  },
  Gemm: (tf, [a, b, c], { transA, transB }) => tf.add(tf.matMul(a, b, transA, transB), c),
  Conv: convolve,
  Gather: (tf, [x], { indices }) => tf.gather(x, tf.tensor1d([...indices], 'int32')),
  Reshape: (tf, [x], _, [y]) => tf.reshape(x, [...y!.shape]),
  Transpose: (tf, [x], { perm }) => tf.transpose(x, [...perm]),
  Concat: (tf, parts, { axis }) => tf.concat([...parts], axis),
  Split: (tf, [x], { axis, sizes }) => tf.split(x, [...sizes], positive(axis, x)),
  Slice: (tf, [x], { axis, start }, [y]) => {
    const along = positive(axis, x);
    const begin = x.shape.map((size, i) => (i !== along ? 0 : start < 0 ? start + size : start));
    return tf.slice(x, begin, [...y!.shape]);
  },
  Pad: (tf, [x], { pads }) =>
    tf.pad(
      x,
      x.shape.map((_, axis): [number, number] => [pads[axis] ?? 0, pads[axis + x.rank] ?? 0]),
    ),
  Expand: (tf, [x], { shape }) => tf.broadcastTo(x, [...shape]),
  ReduceSum: (tf, [x], { axes, keepdims }) => tf.sum(x, [...axes], keepdims),
  ReduceMean: (tf, [x], { axes, keepdims }) => tf.mean(x, [...axes], keepdims),
  ReduceMax: (tf, [x], { axes, keepdims }) => tf.max(x, [...axes], keepdims),
  Softmax: (tf, [x], { axis }) => {
    if (positive(axis, x) === x.rank - 1) return tf.softmax(x);
    const powers = tf.exp(tf.sub(x, tf.max(x, axis, true)));
    return tf.div(powers, tf.sum(powers, axis, true));
  },
  LayerNormalization: (tf, [x, scale, bias], { epsilon }) => {
    const mean = tf.mean(x, -1, true);
    const centred = tf.sub(x, mean);
    const inverseDeviation = tf.rsqrt(tf.add(tf.mean(tf.square(centred), -1, true), epsilon));
    const y = tf.add(tf.mul(tf.mul(centred, inverseDeviation), scale), bias);
    return [y, mean, inverseDeviation];
  },
  Gelu: (tf, [x]) => tf.mul(tf.mul(x, 0.5), tf.add(tf.erf(tf.mul(x, Math.SQRT1_2)), 1)),
  Relu: (tf, [x]) => tf.relu(x),
  Sigmoid: (tf, [x]) => tf.sigmoid(x),
  HardSigmoid: (tf, [x], { alpha, beta }) => tf.clipByValue(tf.add(tf.mul(x, alpha), beta), 0, 1),
  Softplus: (tf, [x]) => tf.softplus(x),
  Exp: (tf, [x]) => tf.exp(x),
  Log: (tf, [x]) => tf.log(x),
  Sqrt: (tf, [x]) => tf.sqrt(x),
  Erf: (tf, [x]) => tf.erf(x),
  Sin: (tf, [x]) => tf.sin(x),
  Cos: (tf, [x]) => tf.cos(x),
  Sign: (tf, [x]) => tf.sign(x),
  Greater: (tf, [a, b]) => tf.greater(a, b),
  GreaterOrEqual: (tf, [a, b]) => tf.greaterEqual(a, b),
  // WebAssembly's cast to bool keeps the bytes.
  Cast: (tf, [x], { to }) => (to === 'bool' ? tf.notEqual(x, tf.zerosLike(x)) : tf.cast(x, tfDtype(to))),
  Where: (tf, [condition, a, b]) => tf.where(condition, a, b),
};

/**
 * The product with one leading axis at most, which is what all backends agree on: one matrix on the right serves all rows of the left as
 * one product; other leading axes are joined, and repeated where both sides need it.
 */
function matMul(
  tf: Tf,
  a: TfTensor,
  b: TfTensor,
  { transA, transB }: Pick<OpAttrs<'MatMul'>, 'transA' | 'transB'>,
): TfTensor {
  const [batchA, batchB] = [a.shape.slice(0, -2), b.shape.slice(0, -2)];
  if (elementCount(batchB) === 1 && !transA) {
    const rows = tf.reshape(a, [-1, a.shape.at(-1) ?? 1]);
    return tf.matMul(rows, tf.reshape(b, b.shape.slice(-2)), false, transB);
  }
  const batch = broadcastShapes(batchA, batchB) ?? batchA;
  const stacked = (x: TfTensor, own: Shape): TfTensor => {
    const matrix = x.shape.slice(-2);
    const alone = elementCount(own) === 1;
    const whole = alone || sameShape(own, batch) ? x : tf.broadcastTo(x, [...batch, ...matrix]);
    return tf.reshape(whole, [alone ? 1 : elementCount(batch), ...matrix]);
  };
  return tf.matMul(stacked(a, batchA), stacked(b, batchB), transA, transB);
}

/** Convolution in TensorFlow's order, channels last: its own operator where there is one group or one a channel, else group by group. */
function convolve(
  tf: Tf,
  [x, filters, bias]: OpInputs<'Conv', TfTensor>,
  { strides, pads, group }: OpAttrs<'Conv'>,
): TfTensor {
  const [rows, columns] = strides as [number, number];
  const [top, left, bottom, right] = pads as [number, number, number, number];
  const image = tf.pad(tf.transpose(x, [0, 2, 3, 1]), [
    [0, 0],
    [top, bottom],
    [left, right],
    [0, 0],
  ]) as Tensor4D;
  const [outputs, inputs, ...window] = filters.shape as [number, number, number, number];
  const one = (part: TfTensor, own: TfTensor): TfTensor =>
    tf.conv2d(part as Tensor4D, tf.transpose(own, [2, 3, 1, 0]) as Tensor4D, [rows, columns], 'valid');
  const byChannel = (): TfTensor => {
    const own = tf.transpose(tf.reshape(filters, [group, outputs / group, ...window]), [2, 3, 0, 1]);
    return tf.depthwiseConv2d(image, own as Tensor4D, [rows, columns], 'valid');
  };
  const byGroup = (): TfTensor => {
    const parts = tf.split(filters, group);
    return tf.concat(
      tf.split(image, group, 3).map((part, i) => one(part, parts[i]!)),
      3,
    );
  };
  const product = group === 1 ? one(image, filters) : inputs === 1 && rows === columns ? byChannel() : byGroup();
  return tf.transpose(tf.add(product, bias), [0, 3, 1, 2]);
}

const positive = (axis: number, { rank }: TfTensor): number => axisOf(axis, rank) ?? 0;
