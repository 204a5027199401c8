import type { OpAttrs, OpInputs, OpName } from './op-signatures.js';

/** Sizes from the outermost axis to the innermost; `[]` is a scalar. */
export type Shape = readonly number[];

export type DType = 'float32' | 'int64' | 'bool';

export interface ValueType {
  readonly shape: Shape;
  readonly dtype: DType;
}

/** A tensor that a graph computes, takes or holds. Its identity is the object; the name is for people and files. */
export interface Value extends ValueType {
  readonly name: string;
}

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
