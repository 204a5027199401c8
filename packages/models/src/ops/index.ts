import type { OpName } from '../graph/op-signatures.js';
import { Gelu, HardSigmoid, Relu, Sigmoid, Softplus } from './activations.js';
import { Add, Div, Mul, Neg, Sub } from './arithmetic.js';
import { Cast, Greater, GreaterOrEqual, Sign, Where } from './choices.js';
import { Conv } from './conv.js';
import type { OpDefinition } from './define-op.js';
import { Cos, Erf, Exp, Log, Sin, Sqrt } from './functions.js';
import { Gather } from './gather.js';
import { Gemm } from './gemm.js';
import { Concat, Split } from './joining.js';
import { LayerNormalization } from './layer-normalization.js';
import { Expand, Pad, Reshape, Slice, Transpose } from './layout.js';
import { MatMul } from './mat-mul.js';
import { ReduceMax, ReduceMean, ReduceSum } from './reduce.js';
import { Softmax } from './softmax.js';

/** Every operator's rules; a missing or misnamed one doesn't compile. */
export const operators: { readonly [O in OpName]: OpDefinition<O> } = {
  Add,
  Sub,
  Mul,
  Div,
  Neg,
  MatMul,
  Gemm,
  Conv,
  Reshape,
  Transpose,
  Concat,
  Split,
  Slice,
  Gather,
  Pad,
  Expand,
  ReduceSum,
  ReduceMean,
  ReduceMax,
  Softmax,
  LayerNormalization,
  Gelu,
  Relu,
  Sigmoid,
  HardSigmoid,
  Softplus,
  Exp,
  Log,
  Sqrt,
  Erf,
  Sin,
  Cos,
  Sign,
  Greater,
  GreaterOrEqual,
  Cast,
  Where,
};
