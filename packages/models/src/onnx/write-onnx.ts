import protobuf from 'protobufjs/light.js';
import { modelErrors } from '../errors.js';
import { modelProto, type OnnxModel } from './onnx-schema.js';

/** Of a protobuf file. */
export const MOST_BYTES = 2 ** 31 - 1;

/** An ONNX file's bytes, in a buffer of their own; the same model gives the same bytes. Throws `models/MODEL_TOO_LARGE` beyond 2 GiB. */
export function writeOnnx(model: OnnxModel): Uint8Array<ArrayBuffer> {
  const tensors = tensorBytes(model);
  if (tensors > MOST_BYTES) throw modelErrors.MODEL_TOO_LARGE({ model: 'the ONNX model', bytes: tensors });
  const writer = protobuf.Writer.create();
  // A writer that grows copies what it has each time, and copies the whole at the end.
  writer.buf = Buffer.alloc(Math.min(expectedBytes(model), MOST_BYTES));
  const bytes = modelProto.encode(model, writer).finish(true) as Uint8Array<ArrayBuffer>;
  if (bytes.length > MOST_BYTES) throw modelErrors.MODEL_TOO_LARGE({ model: 'the ONNX model', bytes: bytes.length });
  return bytes;
}

/** Tensors take nearly all; more than enough for the rest. */
export const expectedBytes = (model: OnnxModel): number =>
  tensorBytes(model) + 256 * (model.graph.node.length + model.graph.initializer.length) + 2 ** 16;

const tensorBytes = ({ graph }: OnnxModel): number =>
  graph.initializer.reduce((sum, { rawData }) => sum + (rawData?.length ?? 0), 0);
