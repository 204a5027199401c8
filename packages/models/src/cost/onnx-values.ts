import type { OnnxAttributeProto, OnnxInteger, OnnxNode, OnnxTensor } from '../onnx/onnx-schema.js';
import { dataTypes } from '../onnx/onnx-schema.js';
import { elementCount } from '../graph/shape.js';
import type { Shape } from '../graph/graph.js';

/** What is known of a value before the model runs: its shape, and its elements where they are few (shape arithmetic). */
export interface StaticValue {
  readonly shape: Shape;
  readonly elements?: readonly number[];
}

/** Elements are followed up to this many; weights have more and are not needed. */
export const MOST_ELEMENTS = 4096;

/** Shape and, of a small integer or float32 tensor, elements. */
export function tensorValue({
  dims = [],
  dataType,
  rawData,
  int64Data,
  int32Data,
  floatData,
}: OnnxTensor): StaticValue {
  const shape = dims.map(Number);
  const count = elementCount(shape);
  if (count > MOST_ELEMENTS) return { shape };
  const listed = [int64Data, int32Data, floatData].find((data) => data !== undefined && data.length > 0);
  const elements = listed === undefined ? rawElements(dataType, rawData ?? new Uint8Array()) : listed.map(Number);
  return elements?.length === count ? { shape, elements } : { shape };
}

function rawElements(dataType: number, bytes: Uint8Array): number[] | undefined {
  const buffer = Uint8Array.from(bytes).buffer;
  if (dataType === dataTypes.int64 && bytes.length % 8 === 0) return Array.from(new BigInt64Array(buffer), Number);
  if (dataType === dataTypes.int32 && bytes.length % 4 === 0) return [...new Int32Array(buffer)];
  if (dataType === dataTypes.float32 && bytes.length % 4 === 0) return [...new Float32Array(buffer)];
  return undefined;
}

const attribute = ({ attribute: all = [] }: OnnxNode, name: string): OnnxAttributeProto | undefined =>
  all.find((candidate) => candidate.name === name);

export const integerOf = (node: OnnxNode, name: string, otherwise: number): number =>
  Number(attribute(node, name)?.i ?? otherwise);

export const integersOf = (node: OnnxNode, name: string): readonly number[] | undefined => {
  const integers: readonly OnnxInteger[] = attribute(node, name)?.ints ?? [];
  return integers.length === 0 ? undefined : integers.map(Number);
};

export const tensorOf = (node: OnnxNode, name: string): OnnxTensor | undefined => attribute(node, name)?.t;
