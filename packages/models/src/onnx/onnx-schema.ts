import protobuf from 'protobufjs/light.js';

/**
 * The parts of onnx.proto (https://github.com/onnx/onnx/blob/main/onnx/onnx.proto) that we read or write; field numbers are the
 * format. What is not listed here (functions, training info, sparse tensors, quantization annotations, …) is carried along
 * unread: a model that is read and written again keeps it.
 */
const schema = protobuf.Root.fromJSON({
  options: { edition: 'proto2' },
  nested: {
    ModelProto: message({
      irVersion: [1, 'int64'],
      producerName: [2, 'string'],
      producerVersion: [3, 'string'],
      graph: [7, 'GraphProto'],
      opsetImport: [8, 'OperatorSetIdProto', 'repeated'],
      metadataProps: [14, 'StringStringEntryProto', 'repeated'],
    }),
    OperatorSetIdProto: message({ domain: [1, 'string'], version: [2, 'int64'] }),
    StringStringEntryProto: message({ key: [1, 'string'], value: [2, 'string'] }),
    GraphProto: message({
      node: [1, 'NodeProto', 'repeated'],
      name: [2, 'string'],
      initializer: [5, 'TensorProto', 'repeated'],
      input: [11, 'ValueInfoProto', 'repeated'],
      output: [12, 'ValueInfoProto', 'repeated'],
      valueInfo: [13, 'ValueInfoProto', 'repeated'],
    }),
    NodeProto: message({
      input: [1, 'string', 'repeated'],
      output: [2, 'string', 'repeated'],
      name: [3, 'string'],
      opType: [4, 'string'],
      attribute: [5, 'AttributeProto', 'repeated'],
      domain: [7, 'string'],
    }),
    AttributeProto: message({
      name: [1, 'string'],
      f: [2, 'float'],
      i: [3, 'int64'],
      s: [4, 'bytes'],
      t: [5, 'TensorProto'],
      g: [6, 'GraphProto'],
      floats: [7, 'float', 'repeated'],
      ints: [8, 'int64', 'repeated'],
      strings: [9, 'bytes', 'repeated'],
      type: [20, 'int32'],
    }),
    TensorProto: message({
      dims: [1, 'int64', 'repeated'],
      dataType: [2, 'int32'],
      floatData: [4, 'float', 'packed'],
      int32Data: [5, 'int32', 'packed'],
      int64Data: [7, 'int64', 'packed'],
      name: [8, 'string'],
      rawData: [9, 'bytes'],
      externalData: [13, 'StringStringEntryProto', 'repeated'],
      dataLocation: [14, 'int32'],
    }),
    ValueInfoProto: message({ name: [1, 'string'], type: [2, 'TypeProto'] }),
    TypeProto: message({ tensorType: [1, 'TensorTypeProto'] }),
    TensorTypeProto: message({ elemType: [1, 'int32'], shape: [2, 'TensorShapeProto'] }),
    TensorShapeProto: message({ dim: [1, 'DimensionProto', 'repeated'] }),
    DimensionProto: message({ dimValue: [1, 'int64'], dimParam: [2, 'string'] }),
  },
});

export const modelProto = schema.lookupType('ModelProto');

/** Values of `AttributeProto.type`. */
export const attributeTypes = { float: 1, int: 2, ints: 7 } as const;

/** Values of `TensorProto.dataType` and `TensorTypeProto.elemType`. */
export const dataTypes = { float32: 1, uint8: 2, int8: 3, int32: 6, int64: 7, bool: 9, float16: 10 } as const;

/** 64 bits; integers outside the safe range of a number stay in halves. */
export type OnnxInteger = number | { readonly low: number; readonly high: number; readonly unsigned: boolean };

export interface OnnxModel {
  irVersion: OnnxInteger;
  producerName?: string;
  producerVersion?: string;
  opsetImport: OnnxOperatorSet[];
  graph: OnnxGraph;
  metadataProps?: OnnxEntry[];
}

export interface OnnxOperatorSet {
  /** Empty: ONNX's own operators. */
  domain?: string;
  version: OnnxInteger;
}

export interface OnnxEntry {
  key: string;
  value: string;
}

export interface OnnxGraph {
  name?: string;
  node: OnnxNode[];
  initializer: OnnxTensor[];
  input: OnnxValueInfo[];
  output: OnnxValueInfo[];
  valueInfo?: OnnxValueInfo[];
}

export interface OnnxNode {
  name?: string;
  opType: string;
  domain?: string;
  /** An empty name is an input left out. */
  input: string[];
  output: string[];
  attribute?: OnnxAttributeProto[];
}

export interface OnnxAttributeProto {
  name: string;
  type?: number;
  f?: number;
  i?: OnnxInteger;
  s?: Uint8Array;
  t?: OnnxTensor;
  g?: OnnxGraph;
  floats?: number[];
  ints?: OnnxInteger[];
  strings?: Uint8Array[];
}

export interface OnnxTensor {
  name?: string;
  dims?: OnnxInteger[];
  dataType: number;
  /** Little-endian; the other data fields are empty where it is there. */
  rawData?: Uint8Array;
  floatData?: number[];
  int32Data?: number[];
  int64Data?: OnnxInteger[];
  externalData?: OnnxEntry[];
  dataLocation?: number;
}

export interface OnnxValueInfo {
  name: string;
  type?: { tensorType?: { elemType: number; shape?: { dim?: OnnxDimension[] } } };
}

export interface OnnxDimension {
  dimValue?: OnnxInteger;
  dimParam?: string;
}

type Field = readonly [id: number, type: string, rule?: 'repeated' | 'packed'];

function message(fields: Readonly<Record<string, Field>>): protobuf.IType {
  return {
    fields: Object.fromEntries(
      Object.entries(fields).map(([name, [id, type, rule]]) => [
        name,
        { id, type, ...(rule && { rule: 'repeated' }), ...(rule === 'packed' && { options: { packed: true } }) },
      ]),
    ),
  };
}
