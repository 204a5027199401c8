import type { Value } from '../../graph/graph.js';
import { elementCount } from '../../graph/shape.js';
import type { WeightTensor } from '../../weights/weights.js';
import type { Frozen } from '../encoders/frozen.js';

/** Convolutions of a processor go through channels in blocks of so many. */
const BLOCK = 16;

/** Layers whose hidden channels don't depend on each other. */
export interface HiddenLayers {
  /** Hidden channels of the whole. */
  readonly width: number;
  /** Values of a hidden channel. */
  readonly values: number;
  /** From the input to a group's channels; `part` cuts a layer that makes hidden channels to those of the group. */
  readonly hidden: (part: Part) => Value;
  /** From a group's channels to what they contribute to the output; `part` cuts a layer that takes hidden channels. */
  readonly joined: (hidden: Value, part: Part) => Value;
  /** Is added to the output. */
  readonly residual?: Value | undefined;
}

type Part = (layer: Frozen) => Frozen;

/**
 * Hidden channels in groups, whose contributions add up, each of at most `place.hiddenAtOnce` values: the hidden maps never exist as a
 * whole, and what a group needs stays in the processor's cache from layer to layer.
 */
export function inGroups(place: Frozen, { width, values, hidden, joined, residual }: HiddenLayers): Value {
  const groups = Math.ceil((width * values) / place.hiddenAtOnce);
  const size = Math.ceil(width / groups / BLOCK) * BLOCK;
  let sum = residual;
  for (let from = 0; from < width; from += size) {
    const to = Math.min(width, from + size);
    const made = hidden((layer) => outputsOf(layer, from, to));
    const contribution = joined(made, (layer) => inputsOf(layer, from, to));
    sum = sum === undefined ? contribution : place.builder.emit('Add', [contribution, sum]);
  }
  return sum!;
}

/** A layer that makes these outputs alone. */
const outputsOf = (layer: Frozen, from: number, to: number): Frozen => ({
  ...layer,
  weight: (name) => {
    const { shape, data } = layer.weight(name);
    const each = elementCount(shape) / shape[0]!;
    return { shape: [to - from, ...shape.slice(1)], data: data.subarray(from * each, to * each) };
  },
});

/** A layer that takes these inputs alone. Its bias is that of the first inputs, so that it is added once. */
const inputsOf = (layer: Frozen, from: number, to: number): Frozen => ({
  ...layer,
  weight: (name) => {
    const tensor = layer.weight(name);
    if (tensor.shape.length > 1) return columnsOf(tensor, from, to);
    return from === 0 ? tensor : { ...tensor, data: new Float32Array(tensor.data.length) };
  },
});

function columnsOf({ shape, data }: WeightTensor, from: number, to: number): WeightTensor {
  const [rows, columns, ...rest] = shape as [number, number, ...number[]];
  if (to - from === columns) return { shape, data };
  const each = elementCount(rest);
  const part = new Float32Array(rows * (to - from) * each);
  for (let row = 0; row < rows; row++) {
    const start = row * columns;
    part.set(data.subarray((start + from) * each, (start + to) * each), row * (to - from) * each);
  }
  return { shape: [rows, to - from, ...rest], data: part };
}
