import { modelErrors } from '../errors.js';
import type { Shape } from '../graph/graph.js';
import { elementCount } from '../graph/shape.js';
import { dataTypes, type OnnxTensor } from './onnx-schema.js';

/** Shape and values of a float32 initializer, copied. `path` names the file in errors; throws `models/NOT_ONNX`. */
export function float32Values(
  tensor: OnnxTensor,
  path = 'the buffer',
): { shape: Shape; data: Float32Array<ArrayBuffer> } {
  const { name = 'unnamed', dims = [], dataType, rawData, floatData = [], dataLocation = 0 } = tensor;
  const fail = (reason: string) => modelErrors.NOT_ONNX({ path, reason: `tensor "${name}" ${reason}` });
  const shape = dims.map(Number);
  if (dataType !== dataTypes.float32) throw fail(`has data type ${String(dataType)} where float32 is needed`);
  if (dataLocation !== 0) throw fail('keeps its data in another file');
  if (shape.some((size) => !Number.isSafeInteger(size) || size < 0)) throw fail(`has the shape [${shape.join(', ')}]`);
  const count = elementCount(shape);
  const found = rawData?.length ? rawData.length / Float32Array.BYTES_PER_ELEMENT : floatData.length;
  if (found !== count)
    throw fail(`holds ${String(found)} values, but its shape [${shape.join(', ')}] needs ${String(count)}`);
  if (!rawData?.length) return { shape, data: Float32Array.from(floatData) };
  return { shape, data: new Float32Array(Uint8Array.from(rawData).buffer) };
}
