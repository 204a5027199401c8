import { readFile, stat } from 'node:fs/promises';
import protobuf from 'protobufjs/light.js';
import { modelErrors } from '../errors.js';
import { modelProto, type OnnxModel } from './onnx-schema.js';
import { MOST_BYTES } from './write-onnx.js';

/**
 * Reads an ONNX model; `path` only names it in errors. Throws `models/NOT_ONNX`. The objects may be changed and written again with
 * `writeOnnx`; a model that is copied instead loses the fields that the schema does not name. Tensor bytes are views of `bytes`.
 */
export function readOnnx(bytes: Uint8Array, path = 'the buffer'): OnnxModel {
  if (bytes.length === 0) throw modelErrors.NOT_ONNX({ path, reason: 'it is empty' });
  const model = decode(bytes, path);
  if (!isModel(model)) throw modelErrors.NOT_ONNX({ path, reason: 'it holds no model with a version and a graph' });
  return model;
}

export async function readOnnxFile(path: string): Promise<OnnxModel> {
  const { size } = await stat(path);
  if (size > MOST_BYTES)
    throw modelErrors.NOT_ONNX({ path, reason: `it has ${String(size)} bytes; a protobuf file has less than 2 GiB` });
  return readOnnx(await readFile(path), path);
}

function decode(bytes: Uint8Array, path: string): unknown {
  try {
    const reader = protobuf.Reader.create(bytes);
    reader.discardUnknown = false;
    return withPlainIntegers(modelProto.decode(reader));
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw modelErrors.NOT_ONNX({ path, reason }, { cause });
  }
}

function isModel(model: unknown): model is OnnxModel {
  const { irVersion, opsetImport, graph } = model as Partial<OnnxModel>;
  return Number(irVersion) > 0 && Array.isArray(opsetImport) && Array.isArray(graph?.node);
}

/** Replaces protobufjs's 64-bit integer objects in place by numbers where those are exact. */
function withPlainIntegers(value: unknown): unknown {
  if (value instanceof protobuf.util.Long) {
    const number = value.high * 2 ** 32 + (value.low >>> 0);
    return Number.isSafeInteger(number) ? number : value;
  }
  if (value === null || typeof value !== 'object' || ArrayBuffer.isView(value)) return value;
  const fields = value as Record<string, unknown>;
  for (const key of Object.keys(fields)) fields[key] = withPlainIntegers(fields[key]);
  return value;
}
