import { modelErrors } from '../errors.js';
import { attributeTypes, dataTypes, type OnnxModel, type OnnxNode, type OnnxTensor } from '../onnx/onnx-schema.js';
import { float32Values } from '../onnx/tensor-values.js';
import type { Calibration } from './calibration.js';
import { copyOf } from './copy-model.js';
import { productsOf, type Product } from './products.js';
import { activationScale, quantizeBias, quantizeWeight, type ActivationScale } from './quantize-tensor.js';

export interface QuantizeOptions {
  /** Names of nodes that stay as they are. @default none */
  readonly float?: ReadonlySet<string>;
}

/**
 * A model whose products take 8-bit operands (`QuantizeLinear` and `DequantizeLinear` around them, which onnxruntime joins with the product) and give
 * float32: weights with a scale for each output channel, biases of 32 bits. The same arguments give the same bytes.
 */
export function quantizeModel(
  model: OnnxModel,
  calibration: Calibration,
  { float = new Set() }: QuantizeOptions = {},
): OnnxModel {
  const copy = copyOf(model);
  const { graph } = copy;
  const products = new Map(productsOf(copy).map((product) => [product.node, product]));
  const added = new Map<string, OnnxTensor>();
  const add = (tensor: OnnxTensor & { name: string }): string => {
    added.set(tensor.name, tensor);
    return tensor.name;
  };
  const activations = new Map<string, { readonly name: string; readonly scale: ActivationScale }>();
  const nodes: OnnxNode[] = [];

  const quantizedActivation = (name: string) => {
    const known = activations.get(name);
    if (known !== undefined) return known;
    const range = Object.hasOwn(calibration.ranges, name) ? calibration.ranges[name] : undefined;
    if (range === undefined)
      throw modelErrors.BAD_MODEL({
        model: 'the model',
        problem: `the calibration has no range of "${name}": it is of another model`,
      });
    const scale = activationScale(range);
    const parameters = [
      add({ name: `${name}/scale`, dataType: dataTypes.float32, rawData: bytesOf(Float32Array.of(scale.scale)) }),
      add({ name: `${name}/zero_point`, dataType: dataTypes.uint8, rawData: Uint8Array.of(scale.zeroPoint) }),
    ];
    const [levels, output] = [`${name}/levels`, `${name}/dequantized`];
    nodes.push(
      { name: `${name}/QuantizeLinear`, opType: 'QuantizeLinear', input: [name, ...parameters], output: [levels] },
      {
        name: `${name}/DequantizeLinear`,
        opType: 'DequantizeLinear',
        input: [levels, ...parameters],
        output: [output],
      },
    );
    const result = { name: output, scale };
    activations.set(name, result);
    return result;
  };

  const quantized = ({ node, activation, weight, axis, bias }: Product): void => {
    const isWhole = node.opType !== 'Conv';
    const x = isWhole ? quantizedActivation(activation) : undefined;
    const values = float32Values(weight, 'the model');
    const { levels, scales } = quantizeWeight(values, axis);
    const key = weight.name!;
    const channels = scales.length;
    node.input = [
      x?.name ?? activation,
      dequantized(key, { dims: [...values.shape], dataType: dataTypes.int8, rawData: bytesOf(levels) }, scales, axis),
    ];
    if (bias !== undefined && x === undefined) node.input.push(bias.name!);
    else if (bias !== undefined && x !== undefined) {
      const biasLevels = quantizeBias(float32Values(bias, 'the model').data, x.scale.scale, scales);
      const biasScales = scales.map((scale) => x.scale.scale * scale);
      node.input.push(
        dequantized(
          `${node.output[0]!}/bias`,
          { dims: [channels], dataType: dataTypes.int32, rawData: bytesOf(biasLevels) },
          biasScales,
          0,
        ),
      );
    }
  };

  const dequantized = (key: string, levels: OnnxTensor, scales: Float32Array<ArrayBuffer>, axis: number): string => {
    const output = `${key}/dequantized`;
    if (added.has(`${key}/levels`)) return output;
    const zeros = levels.dataType === dataTypes.int8 ? new Int8Array(scales.length) : new Int32Array(scales.length);
    nodes.push({
      name: `${key}/DequantizeLinear`,
      opType: 'DequantizeLinear',
      input: [
        add({ ...levels, name: `${key}/levels` }),
        add({ name: `${key}/scales`, dims: [scales.length], dataType: dataTypes.float32, rawData: bytesOf(scales) }),
        add({ name: `${key}/zero_points`, dims: [scales.length], dataType: levels.dataType, rawData: bytesOf(zeros) }),
      ],
      output: [output],
      attribute: [{ name: 'axis', i: axis, type: attributeTypes.int }],
    });
    return output;
  };

  for (const node of graph.node) {
    const product = products.get(node);
    if (product !== undefined && !float.has(product.name)) quantized(product);
    nodes.push(node);
  }
  const used = new Set(nodes.flatMap(({ input }) => input));
  graph.node = nodes;
  graph.initializer = [...graph.initializer.filter(({ name }) => used.has(name ?? '')), ...added.values()];
  return copy;
}

const bytesOf = ({ buffer, byteOffset, byteLength }: ArrayBufferView<ArrayBuffer>): Uint8Array<ArrayBuffer> =>
  new Uint8Array(buffer, byteOffset, byteLength);
