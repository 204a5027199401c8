import type { Value } from '../../graph/graph.js';
import { constantOf, inside, type Frozen } from '../encoders/frozen.js';

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

/**
 * A linear layer at each place of a map. A processor runs the convolution faster than the product of tokens that it is: bias and residual
 * are added where a result is made, not in passes of their own. [1, C, H, W] -> [1, D, H, W]
 */
export function pointwise(place: Frozen, x: Value): Value {
  const { shape, data } = place.weight('weight'); // [D, C]
  const filters = place.builder.constant(data, [...shape, 1, 1]);
  return place.builder.emit('Conv', [x, filters, constantOf(place, 'bias')], {});
}

/** Two convolutions of stride 2. [1, 3, size, size] -> [1, C, size / 4, size / 4] */
export function patchEmbedding(place: Frozen, pixels: Value): Value {
  const fine = place.builder.emit('Gelu', [convolution(inside(place, 'seq.0'), pixels, 2)]);
  return convolution(inside(place, 'seq.2'), fine, 2);
}

/** Inverted bottleneck of MobileNetV2: widen, look around in each channel, narrow, add. [1, C, H, W] -> [1, C, H, W] */
export function invertedBottleneck(place: Frozen, x: Value): Value {
  const { builder } = place;
  const wide = builder.emit('Gelu', [convolution(inside(place, 'conv1'), x)]);
  const seen = builder.emit('Gelu', [convolution(inside(place, 'conv2'), wide)]);
  return builder.emit('Gelu', [builder.emit('Add', [convolution(inside(place, 'conv3'), seen), x])]);
}

/** Patch merging to this many channels keeps the resolution, so that the embedding has the one that SAM wants. */
const FULL_RESOLUTION_CHANNELS = [320, 448, 576];

/** Patch merging: other channels, mostly at half the resolution. [1, C, H, W] -> [1, D, H / stride, W / stride] */
export function patchMerging(place: Frozen, x: Value): Value {
  const { builder, weight } = place;
  const stride = FULL_RESOLUTION_CHANNELS.includes(weight('conv1.c.weight').shape[0]!) ? 1 : 2;
  const wide = builder.emit('Gelu', [convolution(inside(place, 'conv1'), x)]);
  const merged = builder.emit('Gelu', [convolution(inside(place, 'conv2'), wide, stride)]);
  return convolution(inside(place, 'conv3'), merged);
}
