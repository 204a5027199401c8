/** One cycle of each knot of a graph, as a list of nodes that ends with its first. Iterative: a chain may be as long as the file allows. */
export function findCycles(
  nodes: readonly string[],
  successors: (node: string) => readonly string[],
): readonly (readonly string[])[] {
  const cycles: (readonly string[])[] = [];
  const state = new Map<string, 'open' | 'done'>();
  const knotted = new Set<string>();
  for (const root of nodes) {
    if (state.has(root)) continue;
    const path = [{ node: root, rest: [...successors(root)] }];
    state.set(root, 'open');
    for (let top = path.at(-1); top !== undefined; top = path.at(-1)) {
      const next = top.rest.shift();
      if (next === undefined) {
        state.set(top.node, 'done');
        path.pop();
      } else if (state.get(next) === 'open') {
        const loop = path.slice(path.findIndex(({ node }) => node === next)).map(({ node }) => node);
        if (!loop.some((node) => knotted.has(node))) cycles.push([...loop, next]);
        for (const node of loop) knotted.add(node);
      } else if (!state.has(next)) {
        state.set(next, 'open');
        path.push({ node: next, rest: [...successors(next)] });
      }
    }
  }
  return cycles;
}

/** Nodes in an order in which each stands behind its predecessors; ties keep the given order. The graph has no cycle. */
export function topologicalOrder(
  nodes: readonly string[],
  predecessors: (node: string) => readonly string[],
): readonly string[] {
  const ordered: string[] = [];
  const seen = new Set<string>();
  for (const root of nodes) {
    const path = [{ node: root, rest: [...predecessors(root)] }];
    while (path.length > 0) {
      const top = path.at(-1)!;
      const next = seen.has(top.node) ? undefined : top.rest.shift();
      if (next !== undefined) {
        if (!seen.has(next)) path.push({ node: next, rest: [...predecessors(next)] });
        continue;
      }
      if (!seen.has(top.node)) ordered.push(top.node);
      seen.add(top.node);
      path.pop();
    }
  }
  return ordered;
}
