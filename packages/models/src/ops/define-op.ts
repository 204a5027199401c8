import type { SluiceError } from '@sluice/core';
import type { Value, ValueType } from '../graph/graph.js';
import type { Emit, EmitAll, OpArity, OpAttrs, OpDefaults, OpInputs, OpName } from '../graph/op-signatures.js';

/** All that the system knows about an operator: its shape rule, its gradient and how ONNX spells it. */
export interface OpDefinition<O extends OpName> {
  readonly op: O;
  readonly arity: OpArity<O>;
  readonly defaults: OpDefaults<O>;
  /**
   * True: the output is the inputs' broadcast shape, element by element. Then `dy` may come smaller than `y` (one row that stands
   * for all), so that the gradient of a sum is never expanded; where it is false, `dy` has the shape of `y`.
   */
  readonly elementwise?: boolean;
  /** Output types; `throw mismatch('reason')` where the inputs don't fit. */
  infer(
    inputs: OpInputs<O, ValueType>,
    attrs: OpAttrs<O>,
    mismatch: (reason: string) => SluiceError,
  ): readonly ValueType[];
  /**
   * Vector-Jacobian product; `'zero'`: the output doesn't change for small changes of the inputs, so nothing flows; `'none'`: no rule, for
   * operators of frozen models.
   */
  readonly gradient: 'zero' | 'none' | GradientRule<O>;
  /** Outputs, counted from the first, whose gradient the rule handles. @default all */
  readonly differentiableOutputs?: number;
  /** Outputs from this one on may be left out of the ONNX node where nothing uses them. @default none */
  readonly optionalOutputs?: number;
  /** @default the ONNX operator of the same name, without attributes */
  onnx?(context: OnnxContext<O>): OnnxSpelling;
}

/** One entry an input, `null`: nothing flows. A broadcast input's gradient is summed by the caller, as are several uses of a value. */
export type GradientRule<O extends OpName> = (context: GradientContext<O>) => readonly (Value | null)[];

export interface GradientContext<O extends OpName> {
  readonly attrs: OpAttrs<O>;
  readonly inputs: OpInputs<O>;
  /** The first output, and all. */
  readonly y: Value;
  readonly outputs: readonly Value[];
  /** The loss's gradient with respect to the first output, and to all; `dy` exists wherever an operator has one output. */
  readonly dy: Value;
  readonly dys: readonly (Value | undefined)[];
  /** Whether the gradient of this input is wanted; costly unwanted ones needn't be built. */
  readonly needs: (input: number) => boolean;
  readonly emit: Emit;
  readonly emitAll: EmitAll;
  /** A scalar constant. */
  readonly scalar: (value: number) => Value;
}

export type OnnxAttribute = number | readonly number[] | { readonly float: number };

export interface OnnxSpelling {
  /** @default the operator's name */
  readonly opType?: string;
  /** @default ONNX's own */
  readonly domain?: 'com.microsoft';
  /** @default the node's inputs */
  readonly inputs?: readonly string[];
  /** Plain numbers are integers. */
  readonly attributes?: Readonly<Record<string, OnnxAttribute>>;
}

export interface OnnxContext<O extends OpName> {
  readonly attrs: OpAttrs<O>;
  readonly inputs: OpInputs<O>;
  readonly outputs: readonly Value[];
  /** The inputs' names in the file. */
  readonly names: readonly string[];
  /** The name of a one-dimensional int64 constant. */
  readonly int64: (values: readonly number[]) => string;
}

type Optional<O extends OpName> = keyof OpDefaults<O> extends never ? 'op' | 'defaults' : 'op';

export function defineOp<O extends OpName>(op: O, rules: Omit<OpDefinition<O>, Optional<O>>): OpDefinition<O> {
  return { defaults: {}, ...rules, op } as OpDefinition<O>;
}
