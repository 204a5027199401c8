import { float32Values } from '../onnx/tensor-values.js';
import { dataTypes, type OnnxGraph, type OnnxNode, type OnnxTensor } from '../onnx/onnx-schema.js';

/** Who makes and who takes the values of a graph. */
export interface GraphLinks {
  readonly makerOf: (value: string) => OnnxNode | undefined;
  /** In the order of the nodes; one that takes a value twice is there once. */
  readonly takersOf: (value: string) => readonly OnnxNode[];
  readonly constantOf: (value: string) => OnnxTensor | undefined;
  /** The number that a float32 constant of one element holds. */
  readonly numberOf: (value: string) => number | undefined;
  readonly isOutput: (value: string) => boolean;
}

export function graphLinks({ node, initializer, output }: OnnxGraph): GraphLinks {
  const makers = new Map(node.flatMap((each) => each.output.map((name) => [name, each] as const)));
  const takers = new Map<string, OnnxNode[]>();
  for (const each of node)
    for (const name of new Set(each.input)) takers.set(name, [...(takers.get(name) ?? []), each]);
  const constants = new Map(initializer.map((tensor) => [tensor.name ?? '', tensor]));
  const outputs = new Set(output.map(({ name }) => name));
  return {
    makerOf: (value) => makers.get(value),
    takersOf: (value) => takers.get(value) ?? [],
    constantOf: (value) => constants.get(value),
    numberOf: (value) => {
      const tensor = constants.get(value);
      if (tensor?.dataType !== dataTypes.float32 || (tensor.dims ?? []).some((size) => Number(size) !== 1))
        return undefined;
      return float32Values(tensor, 'the model').data[0];
    },
    isOutput: (value) => outputs.has(value),
  };
}

/** The node that takes what another gives, where it is the only one and of this operator. */
export function onlyTaker({ output: [value] }: OnnxNode, opType: string, links: GraphLinks): OnnxNode | undefined {
  const [taker, ...more] = links.takersOf(value!);
  return taker?.opType === opType && more.length === 0 && !links.isOutput(value!) ? taker : undefined;
}

/** The operand of two that another node does not make. */
export const other = ({ input: [a, b] }: OnnxNode, { output: [value] }: OnnxNode): string => (a === value ? b! : a!);
