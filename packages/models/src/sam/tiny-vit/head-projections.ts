import type { WeightTensor } from '../../weights/weights.js';
import type { Value } from '../../graph/graph.js';
import { inside, type Frozen } from '../encoders/frozen.js';

/** How the heads see normalised tokens, whose own bias (`norm.bias`) is not in them but in the biases here. */
export interface HeadProjections {
  /** Each [heads, C, size]; that of the queries has the scores' scale, 1 / √size. */
  readonly q: Value;
  readonly k: Value;
  readonly v: Value;
  /** [heads, 1, size]. Keys need none: it would add the same to all scores of a query, which softmax takes away. */
  readonly queryBias: Value;
}

const [Q, K, V] = [0, 1, 2];

/** A product for each head is as fast as one for all, and its rows lie as attention wants them. */
export function headProjections(attention: Frozen): HeadProjections {
  const { builder } = attention;
  const parts = [Q, K, V].map((part) => partOf(attention, part));
  const [heads, size, channels] = parts[Q]!.weight.shape as [number, number, number];
  const scale = 1 / Math.sqrt(size);
  const [q, k, v] = parts.map(({ weight }, part) => {
    const turned = new Float32Array(weight.data.length);
    for (let output = 0; output < heads * size; output++) {
      const at = Math.floor(output / size) * channels * size + (output % size);
      for (let input = 0; input < channels; input++)
        turned[at + input * size] = weight.data[output * channels + input]! * (part === Q ? scale : 1);
    }
    return builder.constant(turned, [heads, channels, size]);
  }) as [Value, Value, Value];
  const queryBias = parts[Q]!.bias.map((value) => value * scale);
  return { q, k, v, queryBias: builder.constant(queryBias, [heads, 1, size]) };
}

/** The projection of what the heads give. Its bias holds that of the values, too: a query's shares add up to one. */
export function headsOutput(attention: Frozen): Frozen {
  const projection = inside(attention, 'proj');
  const bias = outputsOf(projection, partOf(attention, V).bias);
  return { ...projection, weight: (name) => (name === 'bias' ? bias : projection.weight(name)) };
}

/** The queries', keys' or values' part of the joined projection, whose outputs are q, k and v of the first head, then those of the next. */
function partOf(
  attention: Frozen,
  part: number,
): { readonly weight: WeightTensor; readonly bias: Float32Array<ArrayBuffer> } {
  const joined = inside(attention, 'qkv');
  const [outputs, channels] = joined.weight('weight').shape as [number, number];
  const heads = attention.weight('attention_biases').shape[0]!;
  const size = outputs / 3 / heads;
  const [matrix, biases] = [joined.weight('weight').data, outputsOf(joined, attention.weight('norm.bias').data).data];
  const [data, bias] = [new Float32Array(heads * size * channels), new Float32Array(heads * size)];
  for (let head = 0; head < heads; head++) {
    const start = (head * 3 + part) * size;
    data.set(matrix.subarray(start * channels, (start + size) * channels), head * size * channels);
    bias.set(biases.subarray(start, start + size), head * size);
  }
  return { weight: { shape: [heads, size, channels], data }, bias };
}

/** A linear layer of one row: [inputs] -> [outputs] */
function outputsOf({ weight }: Frozen, row: Float32Array): WeightTensor {
  const [matrix, bias] = [weight('weight'), weight('bias')];
  const inputs = matrix.shape[1]!;
  const data = bias.data.map((value, output) => {
    let sum = value;
    for (let input = 0; input < inputs; input++) sum += row[input]! * matrix.data[output * inputs + input]!;
    return sum;
  });
  return { shape: bias.shape, data };
}
