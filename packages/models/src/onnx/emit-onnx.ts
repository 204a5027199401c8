import { createHash } from 'node:crypto';
import type { Constant, Graph, GraphNode, NodeOf, Value } from '../graph/graph.js';
import type { OpName } from '../graph/op-signatures.js';
import type { OnnxAttribute, OpDefinition } from '../ops/define-op.js';
import { operators } from '../ops/index.js';
import {
  attributeTypes,
  dataTypes,
  type OnnxAttributeProto,
  type OnnxModel,
  type OnnxNode,
  type OnnxTensor,
  type OnnxValueInfo,
} from './onnx-schema.js';
import { nameValues } from './name-values.js';
import { writeOnnx } from './write-onnx.js';

/**
 * A graph as an ONNX model: opset 17, with onnxruntime's own operators (`com.microsoft`) where they are faster. Values keep their
 * names; an output has the name that the graph gives it. The same graph gives the same bytes. `early` are values that onnxruntime is to
 * compute first, in their order (see `earlyValues`).
 */
export const emitOnnx = (graph: Graph, early?: readonly Value[]): Uint8Array<ArrayBuffer> =>
  writeOnnx(onnxModel(graph, early));

/** The same before it is written: constants of float32 are the graph's own memory. */
export function onnxModel(graph: Graph, early: readonly Value[] = []): OnnxModel {
  const { names, identities } = nameValues(graph);
  const nameOf = (value: Value): string => names.get(value) ?? value.name;
  const used = new Set([...Object.values(graph.outputs), ...graph.nodes.flatMap(({ inputs }) => inputs)]);
  const integers = integerTensors();
  const nodes = [
    ...graph.nodes.map((node) => nodeProto(node, nameOf, used, integers)),
    ...early.toReversed().map((value) => lookedAt(nameOf(value), integers)),
  ];
  return {
    irVersion: 8,
    producerName: 'sluice',
    opsetImport: [{ version: 17 }, { domain: 'com.microsoft', version: 1 }],
    graph: {
      name: 'graph',
      node: [...nodes, ...identities],
      initializer: [...graph.constants.map((constant) => constantProto(constant, nameOf)), ...integers.all()],
      input: graph.inputs.map((value) => valueInfo(value, nameOf(value))),
      output: Object.entries(graph.outputs).map(([name, value]) => valueInfo(value, name)),
    },
  };
}

function nodeProto(
  node: GraphNode,
  nameOf: (value: Value) => string,
  used: ReadonlySet<Value>,
  integers: IntegerTensors,
): OnnxNode {
  const { op, name, attrs, inputs, outputs } = node as NodeOf<OpName>;
  const definition = operators[op] as OpDefinition<OpName>;
  const names = inputs.map(nameOf);
  const spelling = definition.onnx?.({ attrs, inputs: inputs, outputs, names, int64: integers.nameOf }) ?? {};
  const { optionalOutputs = outputs.length } = definition;
  return {
    name,
    opType: spelling.opType ?? op,
    ...(spelling.domain && { domain: spelling.domain }),
    input: [...(spelling.inputs ?? names)],
    output: outputs.map((output, i) => (i >= optionalOutputs && !used.has(output) ? '' : nameOf(output))),
    attribute: Object.entries(spelling.attributes ?? {}).map(([key, value]) => attributeProto(key, value)),
  };
}

/**
 * A node that takes one row of a value, for nobody. onnxruntime begins with the last of the nodes whose results no other needs, and with all that it
 * depends on.
 */
function lookedAt(name: string, { nameOf }: IntegerTensors): OnnxNode {
  return {
    name: `Early_${name}`,
    opType: 'Slice',
    input: [name, nameOf([0]), nameOf([1])],
    output: [`early(${name})`],
  };
}

function attributeProto(name: string, value: OnnxAttribute): OnnxAttributeProto {
  if (typeof value === 'number') return { name, i: value, type: attributeTypes.int };
  if ('float' in value) return { name, f: value.float, type: attributeTypes.float };
  return { name, ints: [...value], type: attributeTypes.ints };
}

function constantProto({ value, data }: Constant, nameOf: (value: Value) => string): OnnxTensor {
  const floats = data instanceof Float32Array ? data : Float32Array.from(data);
  return {
    name: nameOf(value),
    dims: [...value.shape],
    dataType: dataTypes.float32,
    rawData: new Uint8Array(floats.buffer, floats.byteOffset, floats.byteLength),
  };
}

interface IntegerTensors {
  /** Named after the contents, a long one after their hash, so that equal ones are one. */
  readonly nameOf: (values: readonly number[]) => string;
  readonly all: () => Iterable<OnnxTensor>;
}

/** One-dimensional int64 constants, each made once. */
function integerTensors(): IntegerTensors {
  const names = new Map<readonly number[], string>();
  const tensors = new Map<string, OnnxTensor>();
  const add = (values: readonly number[]): string => {
    const rawData = new Uint8Array(BigInt64Array.from(values, BigInt).buffer);
    const contents = values.length <= 16 ? values.join(',') : createHash('sha256').update(rawData).digest('hex');
    const name = `int64(${contents})`;
    tensors.set(name, { name, dims: [values.length], dataType: dataTypes.int64, rawData });
    names.set(values, name);
    return name;
  };
  return { nameOf: (values) => names.get(values) ?? add(values), all: () => tensors.values() };
}

function valueInfo({ shape, dtype }: Value, name: string): OnnxValueInfo {
  return {
    name,
    type: { tensorType: { elemType: dataTypes[dtype], shape: { dim: shape.map((dimValue) => ({ dimValue })) } } },
  };
}
