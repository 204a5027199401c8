import { elementCount } from '../../graph/shape.js';
import { weightOf } from '../scope.js';
import type { Weights, WeightTensor } from '../../weights/weights.js';

/** `torch.nn.BatchNorm2d`'s default. */
const EPSILON = 1e-5;

/**
 * Folds each batch normalisation that follows a convolution without a bias (`X.c.weight`, `X.bn.*`) into the convolution, which gets a
 * bias (`X.c.bias`). In inference the two are one affine map. Weights that are folded already stay as they are.
 */
export function foldBatchNorm(weights: Weights): Weights {
  const folded = new Map<string, WeightTensor>();
  for (const [name, tensor] of weights) {
    const [, module] = /^(.*)\.bn\.[a-z_]+$/.exec(name) ?? [];
    if (module !== undefined) continue;
    const [, convolution] = /^(.*)\.c\.weight$/.exec(name) ?? [];
    if (convolution === undefined || !weights.has(`${convolution}.bn.weight`)) folded.set(name, tensor);
    else
      for (const [part, value] of foldedConvolution(weights, convolution))
        folded.set(`${convolution}.c.${part}`, value);
  }
  return folded;
}

function foldedConvolution(weights: Weights, module: string): readonly (readonly [string, WeightTensor])[] {
  const { shape, data } = weightOf(weights, `${module}.c.weight`);
  const statistic = (name: string) => weightOf(weights, `${module}.bn.${name}`).data;
  const [scale, shift, mean, variance] = ['weight', 'bias', 'running_mean', 'running_var'].map(statistic) as [
    Float32Array,
    Float32Array,
    Float32Array,
    Float32Array,
  ];
  const factors = Float64Array.from(scale, (value, channel) => value / Math.sqrt(variance[channel]! + EPSILON));
  const perChannel = elementCount(shape) / shape[0]!;
  return [
    ['weight', { shape, data: Float32Array.from(data, (value, i) => value * factors[Math.floor(i / perChannel)]!) }],
    [
      'bias',
      {
        shape: [shape[0]!],
        data: Float32Array.from(shift, (value, channel) => value - mean[channel]! * factors[channel]!),
      },
    ],
  ];
}
