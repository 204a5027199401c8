import type { OpAttrs, OpInputs, OpName } from './op-signatures.js';
import type { Value } from './value.js';

export type { DType, Shape, Value, ValueType } from './value.js';

export interface NodeOf<O extends OpName> {
  readonly op: O;
  readonly name: string;
  readonly inputs: OpInputs<O>;
  readonly outputs: readonly Value[];
  /** Complete: what the caller left out is filled with the operator's defaults. */
  readonly attrs: OpAttrs<O>;
}

/** An operator at work; `switch (node.op)` narrows inputs and attributes. */
export type GraphNode = { [O in OpName]: NodeOf<O> }[OpName];

export interface Constant {
  readonly value: Value;
  /** Row-major. Emitted as float32; float64 data keeps its precision in the reference interpreter. */
  readonly data: Float32Array | Float64Array;
}

/** An immutable tensor program with static shapes. Nodes are in topological order; every node serves an output. */
export interface Graph {
  /** All declared inputs in order, used or not, so that a graph's signature doesn't depend on what pruning removes. */
  readonly inputs: readonly Value[];
  readonly constants: readonly Constant[];
  readonly nodes: readonly GraphNode[];
  readonly outputs: Readonly<Record<string, Value>>;
}
