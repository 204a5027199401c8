import type { Graph, NodeOf, Value } from '../../graph/graph.js';
import type { OpName } from '../../graph/op-signatures.js';
import { tfjsRules, type TfjsRule } from './rules.js';
import { toTf, type Tf, type TfTensor } from './tf.js';

/** A graph that TensorFlow.js can run. */
export interface Program {
  /** The outputs by name, tensors of their own: the caller frees them, and keeps the feeds. */
  run(feeds: ReadonlyMap<string, TfTensor>): Map<string, TfTensor>;
  dispose(): void;
}

interface Step {
  readonly node: NodeOf<OpName>;
  /** What no later operator and no output needs. */
  readonly done: readonly Value[];
}

/** Runs the graph's operators one after another; a tensor is freed as soon as the last one that needs it has run. */
export function prepareProgram(tf: Tf, graph: Graph): Program {
  const constants = new Map<Value, TfTensor>();
  for (const { value, data } of graph.constants) {
    const tensor = { dtype: value.dtype, shape: value.shape, data: Float32Array.from(data) };
    constants.set(value, toTf(tf, tensor, `constant "${value.name}"`));
  }
  const steps = stepsOf(graph);

  const run = (feeds: ReadonlyMap<string, TfTensor>): Map<string, TfTensor> => {
    const computed = new Map<Value, TfTensor>();
    const given = new Map([...constants, ...graph.inputs.map((value) => [value, feeds.get(value.name)!] as const)]);
    const tensorOf = (value: Value): TfTensor => computed.get(value) ?? given.get(value)!;
    try {
      for (const { node, done } of steps) {
        const results = compute(tf, node, node.inputs.map(tensorOf));
        node.outputs.forEach((output, i) => computed.set(output, results[i]!));
        for (const value of done) {
          computed.get(value)?.dispose();
          computed.delete(value);
        }
      }
      // Clones share their data with what they are of, and are freed by themselves.
      return new Map(Object.entries(graph.outputs).map(([name, value]) => [name, tf.clone(tensorOf(value))]));
    } finally {
      for (const tensor of computed.values()) tensor.dispose();
    }
  };

  return {
    run,
    dispose: () => {
      for (const tensor of constants.values()) tensor.dispose();
    },
  };
}

function compute(tf: Tf, { op, attrs, outputs }: NodeOf<OpName>, inputs: readonly TfTensor[]): readonly TfTensor[] {
  const rule = tfjsRules[op] as TfjsRule<OpName>;
  return tf.tidy(() => {
    const made = rule(tf, inputs, attrs, outputs);
    return (Array.isArray(made) ? (made as TfTensor[]) : [made as TfTensor]).map((tensor) =>
      inputs.includes(tensor) ? tf.clone(tensor) : tensor,
    );
  });
}

function stepsOf({ nodes, outputs }: Graph): readonly Step[] {
  const needed = new Set<Value>(Object.values(outputs));
  const steps = nodes.toReversed().map((node): Step => {
    const done = new Set([...node.inputs, ...node.outputs].filter((value) => !needed.has(value)));
    for (const value of done) needed.add(value);
    return { node: node, done: [...done] };
  });
  return steps.toReversed();
}
