import type { Shape } from '../graph/graph.js';

/** A float64 tensor of the reference interpreter; booleans are 0 and 1. */
export interface Dense {
  readonly shape: Shape;
  readonly data: Float64Array;
}

/** The tensor whose element at each index is `element(index)`. */
export function tabulate(shape: Shape, element: (index: readonly number[]) => number): Dense {
  const data = new Float64Array(shape.reduce((product, size) => product * size, 1));
  const index = shape.map(() => 0);
  for (let i = 0; i < data.length; i++) {
    data[i] = element(index);
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      index[axis]! += 1;
      if (index[axis]! < shape[axis]!) break;
      index[axis] = 0;
    }
  }
  return { shape, data };
}

/** The element at an index of a shape that the tensor broadcasts to. */
export function read({ shape, data }: Dense, index: readonly number[]): number {
  const skipped = index.length - shape.length;
  const position = shape.reduce((sum, size, axis) => sum * size + (size === 1 ? 0 : index[axis + skipped]!), 0);
  return data[position]!;
}

/** The index with one entry replaced. */
export const at = (index: readonly number[], axis: number, entry: number): number[] =>
  index.map((old, i) => (i === axis ? entry : old));

/** 0, 1, … size - 1 */
export const range = (size: number): number[] => Array.from({ length: size }, (_, i) => i);

export const total = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0);
