import type * as tfjs from '@tensorflow/tfjs-core';
import type { DType } from '../../graph/graph.js';
import type { Tensor, TensorData } from '../tensor.js';

/** TensorFlow.js, whichever package it came from. */
export type Tf = typeof tfjs;
export type TfTensor = tfjs.Tensor;

/** TensorFlow.js has no int64: such tensors are int32 there. */
const dtypes = { float32: 'float32', int64: 'int32', bool: 'bool' } as const satisfies Record<DType, tfjs.DataType>;

export const tfDtype = (dtype: DType): (typeof dtypes)[DType] => dtypes[dtype];

/** A tensor of the backend's. Throws where an int64 doesn't fit; `where` names it. */
export function toTf(tf: Tf, { dtype, shape, data }: Tensor, where: string): TfTensor {
  const values = data instanceof BigInt64Array ? toInt32(data, where) : data;
  return tf.tensor(values, [...shape], tfDtype(dtype));
}

/** A copy of a backend's tensor; waits until it has been computed. */
export async function fromTf(tensor: TfTensor, dtype: DType): Promise<Tensor> {
  return { dtype, shape: tensor.shape, data: copyOf(await tensor.data(), dtype) };
}

function copyOf(values: Awaited<ReturnType<TfTensor['data']>>, dtype: DType): TensorData {
  if (dtype === 'int64') return BigInt64Array.from(values as Int32Array, BigInt);
  return dtype === 'bool' ? Uint8Array.from(values as Uint8Array) : Float32Array.from(values as Float32Array);
}

function toInt32(data: BigInt64Array, where: string): Int32Array {
  const wrong = data.find((value) => BigInt.asIntN(32, value) !== value);
  if (wrong === undefined) return Int32Array.from(data, Number);
  throw new Error(`${where} holds ${String(wrong)}; TensorFlow.js has integers of 32 bits only`);
}
