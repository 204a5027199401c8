import { modelErrors } from '../errors.js';
import { attributeTypes, dataTypes, type OnnxNode, type OnnxTensor } from '../onnx/onnx-schema.js';
import type { Calibration, Range } from './calibration.js';
import { activationScale, type ActivationScale } from './quantize-tensor.js';

type Levels = Int8Array<ArrayBuffer> | Int32Array<ArrayBuffer>;

/** Writes a model's new nodes in order, with `QuantizeLinear` and `DequantizeLinear` and the tensors that they need. */
export interface QdqWriter {
  readonly nodes: OnnxNode[];
  readonly tensors: ReadonlyMap<string, OnnxTensor>;
  /** An activation as products take it: rounded to its 256 levels, the first time that it is asked for. */
  readonly activation: (name: string) => { readonly name: string; readonly scale: ActivationScale };
  /** Lets a node's output be rounded to levels before anything reads it; `factors` give each channel of axis 1 a step of its own. */
  readonly roundOutput: (node: OnnxNode, scale: ActivationScale, factors?: Float32Array) => void;
  /** A constant by its levels: level · scale of its channel, or the only scale where there is no axis. */
  readonly constant: (
    key: string,
    levels: Levels,
    dims: readonly number[],
    scales: Float32Array,
    axis: number | undefined,
  ) => string;
  readonly add: (name: string, tensor: Omit<OnnxTensor, 'name'>) => string;
  readonly rangeOf: (name: string) => Range;
}

export function qdqWriter({ ranges }: Calibration): QdqWriter {
  const nodes: OnnxNode[] = [];
  const tensors = new Map<string, OnnxTensor>();
  const rounded = new Map<string, { readonly name: string; readonly scale: ActivationScale }>();

  const add = (name: string, tensor: Omit<OnnxTensor, 'name'>): string => {
    tensors.set(name, { ...tensor, name });
    return name;
  };
  const floats = (name: string, values: Float32Array<ArrayBuffer>, dims?: readonly number[]): string =>
    add(name, { dataType: dataTypes.float32, rawData: bytesOf(values), ...(dims && { dims: [...dims] }) });
  const rangeOf = (name: string): Range => {
    if (Object.hasOwn(ranges, name)) return ranges[name]!;
    const problem = `the calibration has no range of "${name}": it is of another model`;
    throw modelErrors.BAD_MODEL({ model: 'the model', problem });
  };
  const stepOf = (name: string, { scale, zeroPoint }: ActivationScale): readonly [string, string] => [
    floats(`${name}/scale`, Float32Array.of(scale)),
    add(`${name}/zero_point`, { dataType: dataTypes.uint8, rawData: Uint8Array.of(zeroPoint) }),
  ];
  const pair = (
    name: string,
    [from, to]: readonly [string, string],
    quantize: readonly string[],
    dequantize = quantize,
    axis?: number,
  ) => {
    const levels = `${name}/levels`;
    nodes.push(
      { name: `${name}/QuantizeLinear`, opType: 'QuantizeLinear', input: [from, ...quantize], output: [levels] },
      {
        name: `${name}/DequantizeLinear`,
        opType: 'DequantizeLinear',
        input: [levels, ...dequantize],
        output: [to],
        ...(axis !== undefined && { attribute: [axisAttribute(axis)] }),
      },
    );
  };

  return {
    nodes,
    tensors,
    add,
    rangeOf,
    activation: (name) => {
      const known = rounded.get(name);
      if (known !== undefined) return known;
      const scale = activationScale(rangeOf(name));
      const result = { name: `${name}/dequantized`, scale };
      pair(name, [name, result.name], stepOf(name, scale));
      rounded.set(name, result);
      return result;
    },
    roundOutput: (node, scale, factors) => {
      const name = node.output[0]!;
      node.output = [`${name}/float`];
      const step = stepOf(name, scale);
      if (factors === undefined) {
        pair(name, [`${name}/float`, name], step);
        rounded.set(name, { name, scale });
        return;
      }
      // Under names of their own: what takes all of them rounds them once more, with one step.
      const dims = [factors.length];
      const channels = `${name}/channels`;
      const each = [
        floats(
          `${channels}/scale`,
          Float32Array.from(factors, (factor) => factor * scale.scale),
          dims,
        ),
        add(`${channels}/zero_point`, { dims, dataType: dataTypes.uint8, rawData: new Uint8Array(factors.length).fill(scale.zeroPoint) }), // prettier-ignore
      ];
      pair(channels, [`${name}/float`, name], stepOf(`${channels}/rounded`, scale), each, 1);
    },
    constant: (key, levels, dims, scales, axis) => {
      const output = `${key}/dequantized`;
      if (tensors.has(`${key}/levels`)) return output;
      const dataType = levels instanceof Int8Array ? dataTypes.int8 : dataTypes.int32;
      const scaleDims = axis === undefined ? [] : [scales.length];
      const zeros = levels instanceof Int8Array ? new Int8Array(scales.length) : new Int32Array(scales.length);
      nodes.push({
        name: `${key}/DequantizeLinear`,
        opType: 'DequantizeLinear',
        input: [
          add(`${key}/levels`, { dims: [...dims], dataType, rawData: bytesOf(levels) }),
          floats(`${key}/scales`, Float32Array.from(scales), scaleDims),
          add(`${key}/zero_points`, { dims: scaleDims, dataType, rawData: bytesOf(zeros) }),
        ],
        output: [output],
        ...(axis !== undefined && { attribute: [axisAttribute(axis)] }),
      });
      return output;
    },
  };
}

const axisAttribute = (axis: number) => ({ name: 'axis', i: axis, type: attributeTypes.int });

export const bytesOf = ({ buffer, byteOffset, byteLength }: ArrayBufferView<ArrayBuffer>): Uint8Array<ArrayBuffer> =>
  new Uint8Array(buffer, byteOffset, byteLength);
