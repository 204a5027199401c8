import type { GraphBuilder } from '../graph/graph-builder.js';
import type { Value } from '../graph/graph.js';
import { modelErrors } from '../errors.js';
import type { Weights, WeightTensor } from '../weights/weights.js';

/** A module's place in a graph: where its operators go, and its parameters by the last part of their names. */
export interface Scope {
  readonly builder: GraphBuilder;
  readonly parameter: (name: string) => Value;
}

/** The scope of a submodule: `within(scope, 'mlp.lin1').parameter('weight')` is `scope.parameter('mlp.lin1.weight')`. */
export function within(scope: Scope, prefix: string): Scope {
  return { builder: scope.builder, parameter: (name) => scope.parameter(`${prefix}.${name}`) };
}

/** A root scope whose parameters become graph inputs under their names in the checkpoint, each when it is first asked for. */
export function parameterInputs(
  builder: GraphBuilder,
  weights: Weights,
): Scope & { readonly used: ReadonlyMap<string, Value> } {
  const used = new Map<string, Value>();
  const parameter = (name: string): Value => {
    const known = used.get(name);
    if (known) return known;
    const value = builder.input(name, weightOf(weights, name).shape);
    used.set(name, value);
    return value;
  };
  return { builder, parameter, used };
}

/** A tensor of a checkpoint; `models/MISSING_WEIGHT` where it has none of that name. */
export function weightOf(weights: Weights, name: string): WeightTensor {
  const weight = weights.get(name);
  if (weight === undefined) throw modelErrors.MISSING_WEIGHT({ name });
  return weight;
}
