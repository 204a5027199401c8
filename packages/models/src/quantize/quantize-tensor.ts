import { elementCount } from '../graph/shape.js';
import type { WeightTensor } from '../weights/weights.js';
import type { Range } from './calibration.js';

/** `value ≈ (level - zeroPoint) * scale`, levels 0 to 255. */
export interface ActivationScale {
  readonly scale: number;
  readonly zeroPoint: number;
}

/** The scale whose 256 levels cover a range and hold zero exactly: padding and Relu's zeros stay what they are. */
export function activationScale({ min, max }: Range): ActivationScale {
  const [low, high] = [Math.min(min, 0), Math.max(max, 0)];
  const scale = Math.fround((high - low) / 255) || 1;
  return { scale, zeroPoint: Math.round(-low / scale) };
}

export interface QuantizedWeight {
  readonly levels: Int8Array<ArrayBuffer>;
  /** One for each channel of the axis, or one in all. */
  readonly scales: Float32Array<ArrayBuffer>;
}

/** A weight as levels -127 to 127, symmetric about zero, with a scale for each channel of `axis`, or one in all: its largest magnitude is 127 levels. */
export function quantizeWeight({ shape, data }: WeightTensor, axis: number | undefined): QuantizedWeight {
  const channels = axis === undefined ? 1 : shape[axis]!;
  const inner = axis === undefined ? data.length : elementCount(shape.slice(axis + 1));
  const channelOf = (i: number): number => Math.floor(i / inner) % channels;
  const largest = new Float32Array(channels);
  for (let i = 0; i < data.length; i++) {
    const channel = channelOf(i);
    largest[channel] = Math.max(largest[channel]!, Math.abs(data[i]!));
  }
  const scales = largest.map((value) => value / 127 || 1);
  const levels = Int8Array.from(data, (value, i) => Math.round(value / scales[channelOf(i)]!));
  return { levels, scales };
}

/** A bias in the steps that a product of levels has: the activation's scale times the channel's. */
export function quantizeBias(bias: Float32Array, activation: number, scales: Float32Array): Int32Array<ArrayBuffer> {
  return Int32Array.from(bias, (value, i) => {
    const level = Math.round(value / Math.fround(activation * scales[i]!));
    return Math.min(Math.max(level, -(2 ** 31)), 2 ** 31 - 1);
  });
}
