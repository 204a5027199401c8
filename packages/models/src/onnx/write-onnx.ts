import protobuf from 'protobufjs/light.js';
import { modelErrors } from '../errors.js';
import { modelProto, type OnnxModel } from './onnx-schema.js';

const MAX_BYTES = 2 ** 31 - 1;

/** An ONNX file's bytes, in a buffer of their own; the same model gives the same bytes. */
export function writeOnnx(model: OnnxModel): Uint8Array<ArrayBuffer> {
  const writer = protobuf.Writer.create();
  // A writer that grows copies what it has each time, and copies the whole at the end.
  writer.buf = Buffer.alloc(Math.min(expectedBytes(model), MAX_BYTES));
  const bytes = modelProto.encode(model, writer).finish(true) as Uint8Array<ArrayBuffer>;
  if (bytes.length > MAX_BYTES) throw modelErrors.MODEL_TOO_LARGE({ bytes: bytes.length });
  return bytes;
}

/** Tensors take nearly all; more than enough for the rest. */
function expectedBytes({ graph: { node, initializer } }: OnnxModel): number {
  const tensors = initializer.reduce((sum, { rawData }) => sum + (rawData?.length ?? 0), 0);
  return tensors + 256 * (node.length + initializer.length) + 2 ** 16;
}
