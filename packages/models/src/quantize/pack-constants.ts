import { attributeTypes, dataTypes, type OnnxModel, type OnnxTensor } from '../onnx/onnx-schema.js';
import { float32Values } from '../onnx/tensor-values.js';
import { bytesOf, type QdqWriter } from './qdq-writer.js';
import { quantizeWeight } from './quantize-tensor.js';
import type { WeightTensor } from '../weights/weights.js';

/** Smaller constants are left as they are: what unpacks them takes as many bytes as it would save. */
const SMALLEST = 4096;

const INT32 = 2 ** 31;

/**
 * Makes constants smaller that are no operands of products: the biases that attention adds before its softmax as INT8, with a scale for each
 * head, and rows that a Gather takes as 32 bits instead of 64. A runtime unpacks the biases once, when it loads the model.
 */
export function packConstants({ graph }: OnnxModel, writer: QdqWriter): void {
  const constants = new Map(graph.initializer.map((tensor) => [tensor.name ?? '', tensor]));
  const softened = new Set(graph.node.filter(({ opType }) => opType === 'Softmax').map(({ input }) => input[0]));
  for (const node of graph.node) {
    const isBias = node.opType === 'Add' && softened.has(node.output[0]);
    const isGather = node.opType === 'Gather';
    if (!isBias && !isGather) continue;
    node.input = node.input.map((name, place) => {
      const tensor = constants.get(name);
      if (tensor === undefined || sizeOf(tensor) < SMALLEST) return name;
      if (isBias && tensor.dataType === dataTypes.float32) return packedBias(name, tensor, writer);
      if (isGather && place === 1 && tensor.dataType === dataTypes.int64) return shortRows(name, tensor, writer);
      return name;
    });
  }
}

const sizeOf = ({ dims = [] }: OnnxTensor): number => dims.reduce<number>((count, size) => count * Number(size), 1);

function packedBias(name: string, tensor: OnnxTensor, writer: QdqWriter): string {
  const values = float32Values(tensor, 'the model');
  const heads = Math.max(0, values.shape.length - 3);
  return packedConstant(name, values, heads, writer);
}

/**
 * A constant in 8 bits, with a scale for each channel of `axis` or one in all, and what unpacks it: level · scale by operators that every runtime folds when it
 * loads the model, which it does not with `DequantizeLinear`.
 */
export function packedConstant(
  name: string,
  values: WeightTensor,
  axis: number | undefined,
  writer: QdqWriter,
): string {
  const output = `${name}/unpacked`;
  if (writer.tensors.has(`${name}/packed`)) return output;
  const { levels, scales } = quantizeWeight(values, axis);
  const dims = values.shape.map((size, i) => (i === axis ? size : 1));
  const packed = writer.add(`${name}/packed`, { dims: [...values.shape], dataType: dataTypes.int8, rawData: bytesOf(levels) }); // prettier-ignore
  const steps = writer.add(`${name}/steps`, { dims, dataType: dataTypes.float32, rawData: bytesOf(scales) });
  writer.nodes.push(
    {
      name: `${name}/Cast`,
      opType: 'Cast',
      input: [packed],
      output: [`${name}/cast`],
      attribute: [{ name: 'to', i: dataTypes.float32, type: attributeTypes.int }],
    },
    { name: `${name}/Mul`, opType: 'Mul', input: [`${name}/cast`, steps], output: [output] },
  );
  return output;
}

function shortRows(name: string, { dims = [], rawData, int64Data = [] }: OnnxTensor, writer: QdqWriter): string {
  const short = `${name}/int32`;
  if (writer.tensors.has(short)) return short;
  const rows = rawData?.length
    ? Array.from(new BigInt64Array(new Uint8Array(rawData).buffer), Number)
    : int64Data.map(Number);
  if (rows.some((row) => row < -INT32 || row >= INT32)) return name;
  return writer.add(short, { dims: [...dims], dataType: dataTypes.int32, rawData: bytesOf(Int32Array.from(rows)) });
}
