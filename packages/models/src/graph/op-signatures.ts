import type { DType, Shape, Value } from './value.js';

type Arity = 1 | 2 | 3 | 'variadic';

/** `Defaulted` names the attributes that a caller may leave out. */
interface Signature<N extends Arity, Attrs = object, Defaulted extends keyof Attrs = never> {
  readonly arity: N;
  readonly attrs: Readonly<Attrs>;
  readonly defaulted: Defaulted;
}

interface MatMulAttrs {
  /** Swap the last two axes of the left operand. @default false */
  transA: boolean;
  /** Swap the last two axes of the right operand. @default false */
  transB: boolean;
  /** Factor on the product. @default 1 */
  alpha: number;
}

interface ReduceAttrs {
  axes: readonly number[];
  /** Keep the reduced axes with size 1. @default true */
  keepdims: boolean;
}

interface ConvAttrs {
  /** Vertical, horizontal. @default [1, 1] */
  strides: readonly number[];
  /** Zeros above, left, below and right. @default none */
  pads: readonly number[];
  /** Each group of filters sees its own group of channels. @default 1 */
  group: number;
}

/** Every operator with its number of inputs and its attributes, named as in ONNX. Negative axes count from the end. */
export interface OpSignatures {
  Add: Signature<2>;
  Sub: Signature<2>;
  Mul: Signature<2>;
  Div: Signature<2>;
  Neg: Signature<1>;
  MatMul: Signature<2, MatMulAttrs, keyof MatMulAttrs>;
  /** The product of two matrices plus a third operand that broadcasts to it. */
  Gemm: Signature<3, Omit<MatMulAttrs, 'alpha'>, 'transA' | 'transB'>;
  /** Of image, filters and bias. */
  Conv: Signature<3, ConvAttrs, keyof ConvAttrs>;
  /** One size may be -1: whatever is left. */
  Reshape: Signature<1, { shape: Shape }>;
  Transpose: Signature<1, { perm: readonly number[] }>;
  Concat: Signature<'variadic', { axis: number }>;
  Split: Signature<1, { axis: number; sizes: readonly number[] }>;
  /** Elements `start` (included) to `end` (excluded) of one axis; negative ones count from the end. */
  Slice: Signature<1, { axis: number; start: number; end: number }>;
  /** Entries of the first axis. */
  Gather: Signature<1, { indices: readonly number[] }>;
  /** Zeros around the tensor: the counts before each axis, then those after each axis. */
  Pad: Signature<1, { pads: readonly number[] }>;
  Expand: Signature<1, { shape: Shape }>;
  ReduceSum: Signature<1, ReduceAttrs, 'keepdims'>;
  ReduceMean: Signature<1, ReduceAttrs, 'keepdims'>;
  ReduceMax: Signature<1, ReduceAttrs, 'keepdims'>;
  Softmax: Signature<1, { axis: number }, 'axis'>;
  /** Over the last axis, of x, scale and bias: y, mean and 1 / standard deviation. */
  LayerNormalization: Signature<3, { epsilon: number }, 'epsilon'>;
  Gelu: Signature<1>;
  Relu: Signature<1>;
  Sigmoid: Signature<1>;
  /** alpha · x + beta, cut to 0..1. */
  HardSigmoid: Signature<1, { alpha: number; beta: number }>;
  Softplus: Signature<1>;
  Exp: Signature<1>;
  Log: Signature<1>;
  Sqrt: Signature<1>;
  Erf: Signature<1>;
  Sin: Signature<1>;
  Cos: Signature<1>;
  Sign: Signature<1>;
  Greater: Signature<2>;
  GreaterOrEqual: Signature<2>;
  Cast: Signature<1, { to: DType }>;
  /** `condition ? a : b` */
  Where: Signature<3>;
}

export type OpName = keyof OpSignatures;
export type OpArity<O extends OpName> = OpSignatures[O]['arity'];
export type OpAttrs<O extends OpName> = OpSignatures[O]['attrs'];
export type OpDefaults<O extends OpName> = Pick<OpAttrs<O>, Extract<keyof OpAttrs<O>, OpSignatures[O]['defaulted']>>;
export type OpInputs<O extends OpName, T = Value> = Tuple<OpArity<O>, T>;

/** What a caller says: attributes with a default may be left out, and the argument, too, if that leaves nothing. */
export type AttrArguments<O extends OpName> =
  Partial<GivenAttrs<O>> extends GivenAttrs<O> ? [attrs?: GivenAttrs<O>] : [attrs: GivenAttrs<O>];

type GivenAttrs<O extends OpName> = Omit<OpAttrs<O>, OpSignatures[O]['defaulted']> & Partial<OpDefaults<O>>;

type Tuple<N extends Arity, T> = N extends 1
  ? readonly [T]
  : N extends 2
    ? readonly [T, T]
    : N extends 3
      ? readonly [T, T, T]
      : readonly T[];

/** Adds an operator to a graph and returns its first output. */
export type Emit = <O extends OpName>(op: O, inputs: OpInputs<O>, ...attrs: AttrArguments<O>) => Value;

/** Adds an operator to a graph and returns all its outputs. */
export type EmitAll = <O extends OpName>(op: O, inputs: OpInputs<O>, ...attrs: AttrArguments<O>) => readonly Value[];
