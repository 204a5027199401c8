import { modelErrors } from '../errors.js';
import type { Graph, Value } from '../graph/graph.js';
import type { OnnxNode } from './onnx-schema.js';

interface NamedValues {
  /** Values that are named otherwise than in the graph: after the output that they are. */
  readonly names: ReadonlyMap<Value, string>;
  /** Copies for outputs whose value needs a name of its own: inputs, constants, and values that are several outputs. */
  readonly identities: readonly OnnxNode[];
}

/** Gives every output its name. In ONNX an output is a value's name, so the value that it shows is renamed where it can be. */
export function nameValues({ inputs, constants, nodes, outputs }: Graph): NamedValues {
  const computed = new Set(nodes.flatMap((node) => node.outputs));
  const taken = new Map(
    [...inputs, ...constants.map(({ value }) => value), ...computed].map((value) => [value.name, value]),
  );
  const names = new Map<Value, string>();
  const identities: OnnxNode[] = [];
  for (const [name, value] of Object.entries(outputs)) {
    const renamed = computed.has(value) && !names.has(value);
    const owner = taken.get(name);
    if (owner !== undefined && !(renamed && owner === value))
      throw modelErrors.DUPLICATE_NAME({ name, kind: 'output' });
    if (renamed) names.set(value, name);
    else
      identities.push({
        name: `Identity_${name}`,
        opType: 'Identity',
        input: [names.get(value) ?? value.name],
        output: [name],
      });
  }
  return { names, identities };
}
