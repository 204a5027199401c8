import { modelErrors } from '../errors.js';
import type { OnnxModel } from '../onnx/onnx-schema.js';
import { float32Values } from '../onnx/tensor-values.js';
import type { Calibration } from './calibration.js';
import { copyOf } from './copy-model.js';
import { floatReaders } from './float-readers.js';
import { packConstants, packedConstant } from './pack-constants.js';
import { productsOf, type Product } from './products.js';
import { qdqWriter, type QdqWriter } from './qdq-writer.js';
import { activationScale, quantizeBias, quantizeWeight } from './quantize-tensor.js';

export interface QuantizeOptions {
  /** Names of nodes that stay as they are. @default none */
  readonly float?: ReadonlySet<string>;
  /** Names of nodes that compute in float with weights that are stored in 8 bits; a runtime unpacks them once. @default none */
  readonly packed?: ReadonlySet<string>;
}

/** A convolution's channels get steps of their own where the largest is this many times their root mean square. */
const WIDE = 4;

/**
 * A model whose products take 8-bit operands: `QuantizeLinear` and `DequantizeLinear` around them, which onnxruntime joins with the product.
 * Weights have a scale for each output channel, biases 32 bits. What a Gemm or MatMul gives is float32; what a convolution gives is
 * rounded to levels, too, as there is no integer convolution with a float result. Gelu, normalisation and attention stay single float
 * operators. Where nothing is left in float, large constants are packed as well. The same arguments give the same bytes. Throws
 * `models/BAD_MODEL` if the calibration is of another model.
 */
export function quantizeModel(
  model: OnnxModel,
  calibration: Calibration,
  { float = new Set(), packed = new Set() }: QuantizeOptions = {},
): OnnxModel {
  refuseEarly(model);
  const copy = copyOf(model);
  const { graph } = copy;
  const products = new Map(productsOf(copy).map((product) => [product.node, product]));
  const isReadInFloat = floatReaders(copy);
  const writer = qdqWriter(calibration);
  packConstants(copy, writer);
  for (const node of graph.node) {
    const product = products.get(node);
    const precision = product === undefined || float.has(product.name) ? 'float' : packed.has(product.name) ? 'packed' : 'int8'; // prettier-ignore
    if (precision === 'packed') packWeight(product!, writer);
    const round = precision === 'int8' ? quantizeProduct(product!, calibration, writer, isReadInFloat) : undefined;
    writer.nodes.push(node);
    round?.();
  }
  const used = new Set(writer.nodes.flatMap(({ input }) => input));
  graph.node = writer.nodes;
  graph.initializer = [...graph.initializer.filter(({ name }) => used.has(name ?? '')), ...writer.tensors.values()];
  return copy;
}

function refuseEarly({ opsetImport }: OnnxModel): void {
  const opset = Number(opsetImport.find(({ domain = '' }) => domain === '')?.version ?? 0);
  const problem = `opset ${String(opset)} has no scales for each channel; \`preparedModel\` raises it`;
  if (opset < 13) throw modelErrors.BAD_MODEL({ model: 'the model', problem });
}

/** Stores the node's weight in 8 bits. */
function packWeight({ node, weight, axis }: Product, writer: QdqWriter): void {
  const unpacked = packedConstant(weight.name!, float32Values(weight, 'the model'), axis, writer);
  node.input = node.input.map((name, place) => (place === 1 ? unpacked : name));
}

/** Gives the node operands of 8 bits; what comes back is to be called when the node has been written. */
function quantizeProduct(
  product: Product,
  calibration: Calibration,
  writer: QdqWriter,
  isReadInFloat: (value: string) => boolean,
): (() => void) | undefined {
  const { node, activation, weight, axis, bias } = product;
  const x = writer.activation(activation);
  const values = float32Values(weight, 'the model');
  const { levels, scales: wholeScales } = quantizeWeight(values, axis);
  const isConvolution = node.opType === 'Conv';
  const [output] = node.output as [string];
  const factors = isConvolution && isReadInFloat(output) ? channelFactors(output, calibration) : undefined;
  // Dividing a channel's scale and bias by its factor divides what the convolution gives.
  const divided = (array: Float32Array): Float32Array<ArrayBuffer> =>
    Float32Array.from(array, (value, i) => value / (factors?.[i] ?? 1));
  const scales = divided(wholeScales);
  const key = factors === undefined ? weight.name! : `${node.output[0]!}/weight`;
  node.input = [x.name, writer.constant(key, levels, values.shape, scales, axis)];
  if (bias !== undefined) {
    const biasLevels = quantizeBias(divided(float32Values(bias, 'the model').data), x.scale.scale, scales);
    const biasScales = scales.map((scale) => x.scale.scale * scale);
    node.input.push(writer.constant(`${node.output[0]!}/bias`, biasLevels, [scales.length], biasScales, 0));
  }
  if (!isConvolution) return undefined;
  const range = factors === undefined ? writer.rangeOf(node.output[0]!) : { min: -1, max: 1 };
  return () => {
    writer.roundOutput(node, activationScale(range), factors);
  };
}

/** The largest magnitude of each channel of a convolution's output, where they are so unlike that common levels would lose the small ones. */
function channelFactors(output: string, { channels }: Calibration): Float32Array | undefined {
  const factors = Float32Array.from(channels[output] ?? [], ({ min, max }) => Math.max(-min, max) || 1);
  const mean = Math.sqrt(factors.reduce((sum, factor) => sum + factor ** 2, 0) / factors.length);
  return factors.reduce((most, factor) => Math.max(most, factor), 0) / mean > WIDE ? factors : undefined;
}
