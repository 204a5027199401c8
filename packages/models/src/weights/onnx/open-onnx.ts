import { modelErrors } from '../../errors.js';
import { elementCount } from '../../graph/shape.js';
import { MOST_BYTES } from '../../onnx/write-onnx.js';
import type { CheckpointFile, TensorInfo } from '../checkpoint-file.js';
import type { RandomAccess } from '../random-access.js';
import { stripPrefix } from '../strip-prefix.js';
import { elementBytes, tensorData, type ElementType, type TensorData } from '../tensor-data.js';
import { byteReader, MalformedProto, protoFields, type ByteReader, type ProtoField } from './proto-fields.js';

/** Field numbers of onnx.proto. */
const GRAPH = 7;
const INITIALIZER = 5;
const tensorFields = { dims: 1, dataType: 2, name: 8, rawData: 9, externalData: 13, dataLocation: 14 } as const;
/** Fields of values where there is no `raw_data`, with the types whose bytes lie in them as in memory. */
const packedFields: Readonly<Record<number, readonly ElementType[]>> = { 4: ['F32'], 10: ['F64'] };
/** Fields of values as varints. */
const varintFields = new Set([5, 7, 11]);

/** `TensorProto.DataType` */
const dataTypes: Readonly<Record<number, ElementType>> = {
  1: 'F32',
  2: 'U8',
  3: 'I8',
  4: 'U16',
  5: 'I16',
  6: 'I32',
  7: 'I64',
  9: 'BOOL',
  10: 'F16',
  11: 'F64',
  12: 'U32',
  13: 'U64',
  16: 'BF16',
};

interface Initializer extends TensorInfo {
  readonly name: string;
  readonly begin: number;
  readonly end: number;
  readonly encoding: 'raw' | 'varints';
}

/**
 * The initializers of an ONNX model. The file is stepped through field by field; weights are passed over until they are asked for.
 * Data in other files is refused, whatever the path is: a model must not name files to read. Throws `models/NOT_ONNX`.
 */
export async function openOnnx(file: RandomAccess): Promise<CheckpointFile> {
  const { path, size } = file;
  const refuse = (reason: string): Error => modelErrors.NOT_ONNX({ path, reason });
  if (size > MOST_BYTES) throw refuse(`it has ${String(size)} bytes; a protobuf file has less than 2 GiB`);
  const found = await initializersOf(file, byteReader(file)).catch((error: unknown) => {
    throw error instanceof MalformedProto ? refuse(error.message) : error;
  });
  const byName = new Map(found.map((initializer) => [initializer.name, initializer]));
  const twice = found.find((initializer) => byName.get(initializer.name) !== initializer);
  if (twice !== undefined) throw refuse(`it has the initializer ${JSON.stringify(twice.name)} twice`);
  const { named, notes } = stripPrefix(byName);
  return {
    path,
    format: 'onnx',
    tensors: new Map([...named].map(([name, { shape, dtype }]) => [name, { shape, dtype }])),
    metadata: {},
    notes,
    bytesRead: file.bytesRead,
    close: file.close,
    read: async (name) => {
      const initializer = named.get(name);
      if (initializer === undefined) throw modelErrors.MISSING_TENSOR({ path, name });
      const { shape, dtype, begin, end, encoding } = initializer;
      const bytes = await file.read(begin, end - begin);
      const data = encoding === 'raw' ? tensorData(dtype, bytes.buffer) : fromVarints(bytes, initializer);
      if (data === undefined) throw refuse(`its initializer ${JSON.stringify(name)} has not the values of its shape`);
      return { shape, dtype, data };
    },
  };
}

async function initializersOf(file: RandomAccess, read: ByteReader): Promise<Initializer[]> {
  let graph: ProtoField | undefined;
  for await (const field of protoFields(read, 0, file.size)) {
    if (field.number === GRAPH && field.wire === 2) {
      if (graph !== undefined) throw new MalformedProto('it has two graphs');
      graph = field;
    }
  }
  if (graph === undefined) throw new MalformedProto('it holds no graph');
  const initializers: Initializer[] = [];
  for await (const { number, wire, begin, end } of protoFields(read, graph.begin, graph.end)) {
    if (number === INITIALIZER && wire === 2) initializers.push(await initializerOf(file, read, begin, end));
  }
  return initializers;
}

/** Reads what a tensor is, and where its values lie; its size must be that of its shape. */
async function initializerOf(file: RandomAccess, read: ByteReader, begin: number, end: number): Promise<Initializer> {
  const shape: number[] = [];
  let [name, type, external] = ['', 0, false];
  const values: ProtoField[] = [];
  for await (const field of protoFields(read, begin, end)) {
    const { number, wire, value } = field;
    if (number === tensorFields.dims)
      shape.push(...(wire === 0 ? [Number(BigInt.asIntN(64, value))] : await varints(file, field)));
    else if (number === tensorFields.dataType) type = Number(value);
    else if (number === tensorFields.name) name = new TextDecoder().decode(await bytesOf(file, field, 65_536));
    else if (number === tensorFields.externalData) external = true;
    else if (number === tensorFields.dataLocation) external ||= value !== 0n;
    else if (field.end > field.begin && isValues(number)) values.push(field);
  }
  const what = `its initializer ${JSON.stringify(name)}`;
  if (external) throw new MalformedProto(`${what} keeps its data in another file; save the model in one file`);
  const dtype = Object.hasOwn(dataTypes, type) ? dataTypes[type]! : undefined;
  if (dtype === undefined) throw new MalformedProto(`${what} has the data type ${String(type)}, which is not read`);
  const count = elementCount(shape);
  if (shape.some((length) => !Number.isSafeInteger(length) || length < 0) || !Number.isSafeInteger(count * 8)) {
    throw new MalformedProto(`${what} has the shape [${shape.join(', ')}]`);
  }
  const [field = { number: tensorFields.rawData, begin: end, end }, more] = values;
  if (more !== undefined) throw new MalformedProto(`${what} has its values in pieces`);
  const { number } = field;
  const isRaw = number === tensorFields.rawData || packedFields[number]?.includes(dtype) === true;
  const bytes = field.end - field.begin;
  const needed = count * elementBytes[dtype];
  if (isRaw ? bytes !== needed : !varintFields.has(number) || bytes < count || bytes > count * 10) {
    throw new MalformedProto(
      `${what} of ${dtype} [${shape.join(', ')}] needs ${String(needed)} bytes, and has ${String(bytes)}`,
    );
  }
  return { name, shape, dtype, begin: field.begin, end: field.end, encoding: isRaw ? 'raw' : 'varints' };
}

const isValues = (number: number): boolean =>
  number === tensorFields.rawData || Object.hasOwn(packedFields, number) || varintFields.has(number);

async function bytesOf(file: RandomAccess, { begin, end }: ProtoField, most: number): Promise<Uint8Array> {
  if (end - begin > most)
    throw new MalformedProto(`a field at byte ${String(begin)} has ${String(end - begin)} bytes, too many`);
  return file.read(begin, end - begin);
}

async function varints(file: RandomAccess, field: ProtoField): Promise<number[]> {
  return [...integersOf(await bytesOf(file, field, 1024))].map(Number);
}

function* integersOf(bytes: Uint8Array): Generator<bigint> {
  let [value, shift] = [0n, 0n];
  for (const byte of bytes) {
    value |= BigInt(byte & 0x7f) << shift;
    shift += 7n;
    if (byte >= 0x80) continue;
    yield BigInt.asIntN(64, value);
    [value, shift] = [0n, 0n];
  }
}

/** `int32_data` holds the bits of halves and of small integers; `undefined` where there are not as many values as the shape says. */
function fromVarints(bytes: Uint8Array, { dtype, shape }: Initializer): TensorData | undefined {
  const size = elementBytes[dtype];
  const count = elementCount(shape);
  const result = new DataView(new ArrayBuffer(count * size));
  let i = 0;
  for (const value of integersOf(bytes)) {
    if (i === count) return undefined;
    if (size === 8) result.setBigInt64(i * 8, value, true);
    else if (size === 4) result.setInt32(i * 4, Number(BigInt.asIntN(32, value)), true);
    else if (size === 2) result.setInt16(i * 2, Number(BigInt.asIntN(16, value)), true);
    else result.setInt8(i, Number(BigInt.asIntN(8, value)));
    i++;
  }
  return i === count ? tensorData(dtype, result.buffer) : undefined;
}
