import type { OnnxModel, OnnxNode } from '../../onnx/onnx-schema.js';

/** One node that does what several do, of which `last` gives the result. */
export interface Replacement {
  readonly last: OnnxNode;
  readonly joined: OnnxNode;
}

/** Puts replacements that are found at nodes where their last nodes were, and drops what then gives nothing that is used. Changes the model. */
export function replaceNodes(
  { graph, opsetImport }: OnnxModel,
  find: (node: OnnxNode) => Replacement | undefined,
): void {
  const found = graph.node.flatMap((node) => find(node) ?? []);
  if (found.length === 0) return;
  const joined = new Map(found.map((each) => [each.last, each.joined]));
  const used = new Set(graph.output.map(({ name }) => name));
  const kept: OnnxNode[] = [];
  for (const before of graph.node.toReversed()) {
    const node = joined.get(before) ?? before;
    if (!node.output.some((name) => used.has(name))) continue;
    kept.push(node);
    for (const name of node.input) used.add(name);
  }
  graph.node = kept.reverse();
  graph.initializer = graph.initializer.filter(({ name = '' }) => used.has(name));
  for (const { domain = '' } of found.map((each) => each.joined))
    if (domain !== '' && !opsetImport.some((each) => each.domain === domain)) opsetImport.push({ domain, version: 1 });
}
