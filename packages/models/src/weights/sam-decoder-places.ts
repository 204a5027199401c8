import { modelErrors } from '../errors.js';
import type { Shape } from '../graph/graph.js';
import type { OnnxModel, OnnxNode, OnnxTensor } from '../onnx/onnx-schema.js';

/** Where a checkpoint's tensor lies in the decoder's ONNX file: a part of an initializer, perhaps transposed. */
export interface WeightPlace {
  /** Name in SAM's checkpoints. */
  readonly name: string;
  /** Shape in SAM's checkpoints. */
  readonly shape: Shape;
  readonly initializer: OnnxTensor;
  /** First value within the initializer. */
  readonly offset: number;
  /** The initializer holds the 2-D tensor transposed. */
  readonly transposed: boolean;
}

type Part = Omit<WeightPlace, 'initializer'>;

/**
 * An initializer that the exporter left without a name belongs to the node that consumes it. A rule gives the tensors that the
 * initializer of this shape holds.
 */
interface Rule {
  readonly node: RegExp;
  readonly parts: (match: RegExpExecArray, shape: Shape) => readonly Part[];
}

const rules: readonly Rule[] = [
  // A linear layer's weight is `[in, out]` in ONNX and `[out, in]` in PyTorch.
  {
    node: /^\/(transformer\/.+)\/MatMul$/,
    parts: ([, path], [rows, columns]) => [
      {
        name: `mask_decoder.${path!.replaceAll('/', '.')}.weight`,
        shape: [columns!, rows!],
        offset: 0,
        transposed: true,
      },
    ],
  },
  // Folded LayerNorm2d: `[C, 1, 1]`.
  channelRule(/^\/mask_downscaling\/mask_downscaling\.([14])\/(Mul|Add_1)$/, 'prompt_encoder.mask_downscaling'),
  channelRule(/^\/output_upscaling\/output_upscaling\.(1)\/(Mul|Add_1)$/, 'mask_decoder.output_upscaling'),
  // The tokens of the IoU and of the four masks, folded into one `[1, 5, 256]`.
  {
    node: /^\/Expand_1$/,
    parts: (_, [, tokens, width]) => [
      plainPart('mask_decoder.iou_token.weight', [1, width!]),
      plainPart('mask_decoder.mask_tokens.weight', [tokens! - 1, width!], width),
    ],
  },
  { node: /^\/Mul_9$/, parts: (_, [, width]) => [plainPart('prompt_encoder.no_mask_embed.weight', [1, width!])] },
];

/**
 * The places of all tensors of SAM's prompt encoder and mask decoder in an ONNX decoder exported by PyTorch; used for reading and
 * for writing back. Throws `models/BAD_MODEL` when an initializer can't be told or a tensor is found twice.
 */
export function samDecoderPlaces({ graph }: OnnxModel, path: string): readonly WeightPlace[] {
  const places = graph.initializer.flatMap((initializer) => {
    const shape = (initializer.dims ?? []).map(Number);
    const parts = partsOf(initializer.name ?? '', shape, graph.node, path);
    return parts.map((part) => ({ ...part, initializer }));
  });
  const twice = places.find(({ name }, i) => places.findIndex((other) => other.name === name) !== i);
  if (twice === undefined) return places;
  throw modelErrors.BAD_MODEL({ model: path, problem: `it holds ${twice.name} twice` });
}

function partsOf(initializer: string, shape: Shape, nodes: readonly OnnxNode[], path: string): readonly Part[] {
  const named = /^(?:model\.)?((?:prompt_encoder|mask_decoder)\..+)$/.exec(initializer);
  if (named !== null) return [plainPart(named[1]!, shape)];
  const consumers = nodes.filter((node) => node.input.includes(initializer)).map((node) => node.name ?? '');
  for (const { node, parts } of rules) {
    const match = consumers.length === 1 ? node.exec(consumers[0]!) : null;
    if (match !== null) return parts(match, shape);
  }
  const problem = `its initializer "${initializer}", used by ${consumers.join(', ') || 'no node'}, is no known weight of SAM's decoder`;
  throw modelErrors.BAD_MODEL({ model: path, problem });
}

function channelRule(node: RegExp, prefix: string): Rule {
  return {
    node,
    parts: ([, layer, op], [channels]) => [
      plainPart(`${prefix}.${layer!}.${op === 'Mul' ? 'weight' : 'bias'}`, [channels!]),
    ],
  };
}

function plainPart(name: string, shape: Shape, offset = 0): Part {
  return { name, shape, offset, transposed: false };
}
