import { modelErrors } from '../errors.js';
import type { OnnxModel, OnnxNode, OnnxTensor } from '../onnx/onnx-schema.js';
import { float32Values } from '../onnx/tensor-values.js';
import { transposed } from './transposed.js';
import type { Weights, WeightTensor } from './weights.js';

/** A tensor of the file belongs to the node that consumes it; a rule says which weight it is. */
interface Rule {
  readonly node: RegExp;
  readonly weight: (tensor: WeightTensor, match: RegExpExecArray, input: number) => readonly [string, WeightTensor];
}

const rules: readonly Rule[] = [
  // A convolution with its folded batch normalisation: weight and bias.
  {
    node: /^\/(.+)\/c\/Conv$/,
    weight: (tensor, [, module], input) => [`${dotted(module!)}.c.${input === 1 ? 'weight' : 'bias'}`, tensor],
  },
  // A linear layer's weight is `[in, out]` in ONNX and `[out, in]` in PyTorch.
  {
    node: /^\/(layers.+)\/MatMul$/,
    weight: ({ shape: [rows, columns], data }, [, module]) => [
      `${dotted(module!)}.weight`,
      { shape: [columns!, rows!], data: transposed(data, rows!, columns!) },
    ],
  },
  // LayerNorm2d, spelled out: `[C, 1, 1]`.
  {
    node: /^\/(neck.+)\/(Mul|Add_1)$/,
    weight: ({ shape: [channels], data }, [, module, op]) => [
      `${dotted(module!)}.${op === 'Mul' ? 'weight' : 'bias'}`,
      { shape: [channels!], data },
    ],
  },
  // Attention biases for each pair of places, [heads, places, places]; the first place is as far from the others as their index says.
  {
    node: /^\/(layers.+\/attn)\/Add$/,
    weight: ({ shape, data }, [, module]) => {
      const [heads, places] = shape as [number, number, number];
      const first = Float32Array.from({ length: heads * places }, (_, i) => {
        return data[Math.floor(i / places) * places ** 2 + (i % places)]!;
      });
      return [`${dotted(module!)}.attention_biases`, { shape: [heads, places], data: first }];
    },
  },
];

/**
 * The weights of TinyViT in an ONNX encoder exported by PyTorch, under MobileSAM's names (`image_encoder.*`), batch normalisation folded.
 * Throws `models/BAD_MODEL` when a tensor can't be told or comes twice.
 */
export function readTinyVit({ graph }: OnnxModel, path: string): Weights {
  const weights = new Map<string, WeightTensor>();
  for (const tensor of tensorsOf(graph.node, graph.initializer)) {
    const [name, weight] = weightOf(tensor, graph.node, path);
    if (weights.has(name)) throw modelErrors.BAD_MODEL({ model: path, problem: `it holds ${name} twice` });
    weights.set(name, weight);
  }
  return weights;
}

/** Initializers, and the tensors among the nodes' constants: those of one axis or none are parts of formulas and shapes. */
function tensorsOf(nodes: readonly OnnxNode[], initializers: readonly OnnxTensor[]): readonly OnnxTensor[] {
  const constants = nodes.flatMap(({ opType, output: [name], attribute = [] }) => {
    const tensor = opType === 'Constant' ? attribute[0]?.t : undefined;
    return tensor !== undefined && (tensor.dims ?? []).length > 1 ? [{ ...tensor, name: name! }] : [];
  });
  return [...initializers, ...constants];
}

function weightOf(tensor: OnnxTensor, nodes: readonly OnnxNode[], path: string): readonly [string, WeightTensor] {
  const { name = '' } = tensor;
  const values = float32Values(tensor, path);
  if (/^(layers|neck)\./.test(name)) return [`image_encoder.${name}`, values];
  const consumers = nodes.filter(({ input }) => input.includes(name));
  for (const { node, weight } of rules) {
    const [consumer] = consumers;
    const match = consumers.length === 1 ? node.exec(consumer!.name ?? '') : null;
    if (match !== null) return weight(values, match, consumer!.input.indexOf(name));
  }
  const users = consumers.map((node) => node.name ?? '').join(', ') || 'no node';
  throw modelErrors.BAD_MODEL({
    model: path,
    problem: `its tensor "${name}", used by ${users}, is no known weight of TinyViT`,
  });
}

/** `patch_embed/seq/seq.0` is `image_encoder.patch_embed.seq.0`: a list's items repeat its name. */
const dotted = (module: string): string =>
  `image_encoder.${module.replace(/(\w+)\/(?=\1\.)/g, '').replaceAll('/', '.')}`;
