import type { DType, Shape } from '../graph/graph.js';
import { elementCount } from '../graph/shape.js';

export type TensorData = Float32Array<ArrayBuffer> | BigInt64Array<ArrayBuffer> | Uint8Array<ArrayBuffer>;

/** A dense tensor in row-major order: float32 in a Float32Array, int64 in a BigInt64Array, bool in a Uint8Array of 0 and 1. */
export interface Tensor {
  readonly dtype: DType;
  readonly shape: Shape;
  readonly data: TensorData;
}

/** `float32Tensor([1, 2], [0.5, 1])`; without data all zeros. A Float32Array is taken as it is, anything else is copied. */
export function float32Tensor(
  shape: Shape,
  data?: ArrayLike<number>,
): Tensor & { readonly data: Float32Array<ArrayBuffer> } {
  if (data instanceof Float32Array && data.buffer instanceof ArrayBuffer) {
    return { dtype: 'float32', shape, data: data as Float32Array<ArrayBuffer> };
  }
  return {
    dtype: 'float32',
    shape,
    data: data === undefined ? new Float32Array(elementCount(shape)) : Float32Array.from(data),
  };
}

/** Zeros of a dtype. */
export function allocateData(dtype: DType, count: number): TensorData {
  if (dtype === 'float32') return new Float32Array(count);
  return dtype === 'int64' ? new BigInt64Array(count) : new Uint8Array(count);
}

/** The dtype that an array's class stands for, `undefined` where it stands for none. */
export function dtypeOf(data: unknown): DType | undefined {
  if (data instanceof Float32Array) return 'float32';
  if (data instanceof BigInt64Array) return 'int64';
  return data instanceof Uint8Array ? 'bool' : undefined;
}
