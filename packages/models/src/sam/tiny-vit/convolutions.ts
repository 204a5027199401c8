import type { Value } from '../../graph/graph.js';
import { constantOf, inside, type Frozen } from '../encoders/frozen.js';
import { pointwise } from '../encoders/pointwise.js';
import { inGroups } from './hidden-groups.js';

/** Convolution with its folded batch normalisation (`c.weight`, `c.bias`); one input channel a filter means depthwise. `same` size but for the stride. */
export function convolution(place: Frozen, x: Value, stride = 1): Value {
  const filters = constantOf(place, 'c.weight');
  const [, inputs, side] = filters.shape as [number, number, number, number];
  const pad = (side - 1) / 2;
  return place.builder.emit('Conv', [x, filters, constantOf(place, 'c.bias')], {
    strides: [stride, stride],
    pads: [pad, pad, pad, pad],
    group: x.shape[1]! / inputs,
  });
}

/** Two convolutions of stride 2. [1, 3, size, size] -> [1, C, size / 4, size / 4] */
export function patchEmbedding(place: Frozen, pixels: Value): Value {
  const [first, second] = [inside(place, 'seq.0'), inside(place, 'seq.2')];
  return inGroups(place, {
    width: first.weight('c.weight').shape[0]!,
    values: placesOf(pixels) / 4,
    hidden: (part) => place.builder.emit('Gelu', [convolution(part(first), pixels, 2)]),
    joined: (hidden, part) => convolution(part(second), hidden, 2),
  });
}

/** Inverted bottleneck of MobileNetV2: widen, look around in each channel, narrow, add. [1, C, H, W] -> [1, C, H, W] */
export function invertedBottleneck(place: Frozen, x: Value): Value {
  return place.builder.emit('Gelu', [place.builder.emit('Add', [bottleneck(place, x, 1), x])]);
}

/** Patch merging to this many channels keeps the resolution, so that the embedding has the one that SAM wants. */
const FULL_RESOLUTION_CHANNELS = [320, 448, 576];

/** Patch merging: other channels, mostly at half the resolution. [1, C, H, W] -> [1, D, H / stride, W / stride] */
export function patchMerging(place: Frozen, x: Value): Value {
  const channels = place.weight('conv1.c.weight').shape[0]!;
  return bottleneck(place, x, FULL_RESOLUTION_CHANNELS.includes(channels) ? 1 : 2);
}

/** Widen, look around in each channel, narrow. */
function bottleneck(place: Frozen, x: Value, stride: number): Value {
  const { builder } = place;
  const [wide, around, narrow] = [inside(place, 'conv1'), inside(place, 'conv2'), inside(place, 'conv3')];
  return inGroups(place, {
    width: wide.weight('c.weight').shape[0]!,
    values: placesOf(x),
    hidden: (part) => {
      const widened = builder.emit('Gelu', [convolution(part(wide), x)]);
      return builder.emit('Gelu', [convolution(part(around), widened, stride)]);
    },
    joined: (hidden, part) => convolution(part(narrow), hidden),
  });
}

/**
 * A perceptron of one hidden layer at each place of a map, whose output is added to `residual`; `narrow` is its second layer.
 * [1, C, H, W] -> [1, D, H, W]
 */
export function perceptron(place: Frozen, x: Value, residual: Value, narrow = inside(place, 'fc2')): Value {
  const wide = inside(place, 'fc1');
  return inGroups(place, {
    width: wide.weight('weight').shape[0]!,
    values: placesOf(x),
    hidden: (part) => place.builder.emit('Gelu', [pointwise(part(wide), x)]),
    joined: (hidden, part) => pointwise(part(narrow), hidden),
    residual,
  });
}

const placesOf = ({ shape }: Value): number => shape[2]! * shape[3]!;
