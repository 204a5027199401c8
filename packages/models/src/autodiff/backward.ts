import { modelErrors } from '../errors.js';
import type { GraphBuilder } from '../graph/graph-builder.js';
import type { GraphNode, NodeOf, Value } from '../graph/graph.js';
import type { OpName } from '../graph/op-signatures.js';
import { elementCount } from '../graph/shape.js';
import type { OpDefinition } from '../ops/define-op.js';
import { operators } from '../ops/index.js';
import { expandTo, unbroadcast } from './unbroadcast.js';

/**
 * Adds the gradients of a one-element loss to the graph (reverse mode). The result has an entry for each value of `wrt` that the
 * loss depends on, of that value's shape. Nothing is built for branches that lead to no value of `wrt`.
 */
export function gradients(builder: GraphBuilder, loss: Value, wrt: readonly Value[]): Map<Value, Value> {
  if (elementCount(loss.shape) !== 1) throw modelErrors.LOSS_NOT_SCALAR({ name: loss.name, shape: loss.shape });
  const forward = [...builder.nodes];
  const needed = valuesThatDependOn(wrt, forward);
  const found = new Map<Value, Value>([[loss, builder.constant(1, loss.shape)]]);
  for (const node of forward.toReversed()) {
    const dys = node.outputs.map((output) => (needed.has(output) ? found.get(output) : undefined));
    if (dys.every((dy) => dy === undefined)) continue;
    inputGradients(builder, node, dys, needed).forEach((gradient, i) => {
      const input = node.inputs[i]!;
      if (gradient === null || !needed.has(input)) return;
      const before = found.get(input);
      found.set(input, before === undefined ? gradient : builder.emit('Add', [before, gradient]));
    });
  }
  return new Map(
    wrt.flatMap((value) => {
      const gradient = found.get(value);
      return gradient === undefined || !needed.has(loss) ? [] : [[value, expandTo(builder, gradient, value.shape)]];
    }),
  );
}

/** `wrt` and everything computed from it that changes with it. */
function valuesThatDependOn(wrt: readonly Value[], nodes: readonly GraphNode[]): ReadonlySet<Value> {
  const needed = new Set(wrt);
  for (const node of nodes) {
    if (operators[node.op].gradient === 'zero' || !node.inputs.some((input) => needed.has(input))) continue;
    for (const output of node.outputs) needed.add(output);
  }
  return needed;
}

/** Runs a node's rule; each result broadcasts to its input's shape. */
function inputGradients(
  builder: GraphBuilder,
  node: GraphNode,
  found: readonly (Value | undefined)[],
  needed: ReadonlySet<Value>,
): readonly (Value | null)[] {
  const { op, name, inputs, outputs, attrs } = node as NodeOf<OpName>;
  const {
    gradient,
    elementwise = false,
    differentiableOutputs = outputs.length,
  } = operators[op] as OpDefinition<OpName>;
  if (gradient === 'zero' || !inputs.some((input) => needed.has(input))) return inputs.map(() => null);
  if (gradient === 'none' || found.slice(differentiableOutputs).some((dy) => dy !== undefined))
    throw modelErrors.NO_GRADIENT({ op, node: name });
  const dys = elementwise ? found : found.map((dy, i) => dy && expandTo(builder, dy, outputs[i]!.shape));
  const results = gradient({
    attrs,
    inputs,
    y: outputs[0]!,
    outputs,
    dy: dys[0]!,
    dys,
    needs: (input) => needed.has(inputs[input]!),
    emit: builder.emit.bind(builder),
    emitAll: builder.emitAll.bind(builder),
    scalar: (value) => builder.constant(value),
  });
  return results.map((result, i) => {
    const input = inputs[i]!;
    if (result === null || !needed.has(input)) return null;
    return unbroadcast(builder, result, elementwise ? outputs[0]!.shape : result.shape, input.shape);
  });
}
