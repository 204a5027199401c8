import { attributeTypes, dataTypes, type OnnxModel, type OnnxNode } from '../onnx/onnx-schema.js';
import { copyOf } from './copy-model.js';
import { bytesOf } from './qdq-writer.js';

/** A value inside a model that is looked at. */
export interface WatchedValue {
  readonly name: string;
  /** A map [N, C, H, W] whose channels are told apart. */
  readonly isMap: boolean;
}

/** Samples of a value that are taken from one image. */
const SAMPLES = 4096;

/** The model with outputs `min/I` and `max/I` for the least and the greatest element of each value (of each channel of a map), and `size/I`. */
export function withExtremes(model: OnnxModel, watched: readonly WatchedValue[]): OnnxModel {
  return withOutputs(model, watched, ({ name, isMap }, i) => {
    const attribute = [
      { name: 'keepdims', i: 0, type: attributeTypes.int },
      ...(isMap ? [{ name: 'axes', ints: [0, 2, 3], type: attributeTypes.ints }] : []),
    ];
    const reduced = (opType: string, output: string): OnnxNode => ({
      ...{ name: output, opType, attribute },
      ...{ input: [name], output: [output] },
    });
    const [size, whole] = [`size/${String(i)}`, `size/${String(i)}/whole`];
    return [
      reduced('ReduceMin', `min/${String(i)}`),
      reduced('ReduceMax', `max/${String(i)}`),
      { name: whole, opType: 'Size', input: [name], output: [whole] },
      { name: size, opType: 'Cast', input: [whole], output: [size], attribute: [{ name: 'to', i: dataTypes.float32, type: attributeTypes.int }] }, // prettier-ignore
    ];
  });
}

/** The model with outputs `samples/I`: some 4096 elements of each value, spread evenly over it. `sizes` are the values' numbers of elements. */
export function withSamples(model: OnnxModel, watched: readonly WatchedValue[], sizes: readonly number[]): OnnxModel {
  const result = withOutputs(model, watched, ({ name }, i) => {
    const flat = `samples/${String(i)}/flat`;
    return [
      { name: flat, opType: 'Reshape', input: [name, 'samples/all'], output: [flat] },
      {
        name: `samples/${String(i)}`,
        opType: 'Slice',
        input: [flat, 'samples/start', 'samples/end', 'samples/axis', `samples/${String(i)}/step`],
        output: [`samples/${String(i)}`],
      },
    ];
  });
  const whole = (name: string, value: bigint) => ({
    ...{ name, dims: [1], dataType: dataTypes.int64 },
    rawData: bytesOf(BigInt64Array.of(value)),
  });
  result.graph.initializer.push(
    whole('samples/all', -1n),
    whole('samples/start', 0n),
    whole('samples/end', 2n ** 62n),
    whole('samples/axis', 0n),
    ...sizes.map((size, i) => whole(`samples/${String(i)}/step`, BigInt(primeFrom(Math.ceil(size / SAMPLES))))),
  );
  return result;
}

function withOutputs(
  model: OnnxModel,
  watched: readonly WatchedValue[],
  nodesOf: (value: WatchedValue, i: number) => readonly OnnxNode[],
): OnnxModel {
  const copy = copyOf(model);
  watched.forEach((value, i) => {
    for (const node of nodesOf(value, i)) {
      copy.graph.node.push(node);
      const [name] = node.output;
      if (/^\w+\/\d+$/.test(name!)) copy.graph.output.push({ name: name!, type: { tensorType: { elemType: dataTypes.float32 } } }); // prettier-ignore
    }
  });
  return copy;
}

/** The smallest prime that is not less: a step that shares no factor with a row's length or a number of channels visits them all. */
function primeFrom(least: number): number {
  for (let candidate = least; ; candidate++) {
    let divisor = 2;
    while (divisor * divisor <= candidate && candidate % divisor !== 0) divisor++;
    if (divisor * divisor > candidate) return Math.max(1, candidate);
  }
}
