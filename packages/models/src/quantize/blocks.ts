import type { OnnxModel } from '../onnx/onnx-schema.js';
import { nameOf } from './products.js';

/**
 * The block of each node, named after the first: a network is cut wherever a single activation is alive, so that a residual branch and the sum that
 * ends it are one block, and so is each layer of a plain chain. What only depends on shapes is no activation.
 */
export function blocksOf({ graph }: OnnxModel): readonly string[] {
  const inner = new Set(graph.initializer.map(({ name }) => name ?? ''));
  const data = new Set(graph.input.map(({ name }) => name).filter((name) => !inner.has(name)));
  const lastUse = new Map<string, number>();
  graph.node.forEach(({ opType, input, output }, place) => {
    const used = input.filter((name) => data.has(name));
    for (const name of used) if (opType !== 'Shape') lastUse.set(name, place);
    if (opType !== 'Shape' && used.length > 0) for (const name of output) data.add(name);
  });
  const alive = new Set(graph.input.map(({ name }) => name).filter((name) => lastUse.has(name)));
  let block = '';
  return graph.node.map((node, place) => {
    if (block === '') block = nameOf(node);
    const current = block;
    for (const name of node.output) if (lastUse.has(name)) alive.add(name);
    for (const name of node.input) if (lastUse.get(name) === place) alive.delete(name);
    if (alive.size <= 1 && node.output.some((name) => alive.has(name))) block = '';
    return current;
  });
}
