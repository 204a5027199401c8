import { dataTypes, attributeTypes, type OnnxModel, type OnnxNode, type OnnxTensor } from '../../onnx/onnx-schema.js';
import { float32Values } from '../../onnx/tensor-values.js';
import { toFloat16Bytes } from '../../weights/float16.js';

/** Smaller tensors are left as they are: a Cast takes about as many bytes as it would save. */
const SMALLEST = 256;

/** The largest number that half precision holds. */
const LARGEST_HALF = 65504;

/**
 * The model with its weights stored in half precision, each followed by a Cast to float32, which onnxruntime carries out once, when it loads the
 * file: half the size, the same speed. A tensor with a value beyond half precision stays as it is. `path` names the model in errors.
 */
export function float16Weights(model: OnnxModel, path = 'the model'): OnnxModel {
  const { graph } = model;
  const casts: OnnxNode[] = [];
  const initializer = graph.initializer.map((tensor): OnnxTensor => {
    const { name = '', dims = [], dataType } = tensor;
    if (dataType !== dataTypes.float32 || dims.reduce<number>((count, size) => count * Number(size), 1) < SMALLEST)
      return tensor;
    const { data } = float32Values(tensor, path);
    if (data.some((value) => Math.abs(value) > LARGEST_HALF)) return tensor;
    const half = `${name}.float16`;
    casts.push({
      name: `${name}.cast`,
      opType: 'Cast',
      input: [half],
      output: [name],
      attribute: [{ name: 'to', i: dataTypes.float32, type: attributeTypes.int }],
    });
    return { name: half, dims, dataType: dataTypes.float16, rawData: toFloat16Bytes(data) };
  });
  return { ...model, graph: { ...graph, initializer, node: [...casts, ...graph.node] } };
}
