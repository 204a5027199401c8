import type { Graph, Value } from './graph.js';

/** Leaves out the nodes and constants that no output needs; inputs stay. */
export function prune({ inputs, constants, nodes, outputs }: Graph): Graph {
  const live = new Set<Value>(Object.values(outputs));
  const kept = nodes.toReversed().filter((node) => {
    const needed = node.outputs.some((output) => live.has(output));
    if (needed) for (const input of node.inputs) live.add(input);
    return needed;
  });
  return { inputs, constants: constants.filter(({ value }) => live.has(value)), nodes: kept.toReversed(), outputs };
}
