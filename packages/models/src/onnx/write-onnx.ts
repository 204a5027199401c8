import { modelErrors } from '../errors.js';
import { modelProto, type OnnxModel } from './onnx-schema.js';

const MAX_BYTES = 2 ** 31 - 1;

/** An ONNX file's bytes; the same model gives the same bytes. */
export function writeOnnx(model: OnnxModel): Uint8Array<ArrayBuffer> {
  const bytes = modelProto.encode(model).finish() as Uint8Array<ArrayBuffer>;
  if (bytes.length > MAX_BYTES) throw modelErrors.MODEL_TOO_LARGE({ bytes: bytes.length });
  return bytes;
}
