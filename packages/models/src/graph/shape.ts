import type { Shape } from './value.js';

export const elementCount = (shape: Shape): number => shape.reduce((product, size) => product * size, 1);

export const sameShape = (a: Shape, b: Shape): boolean => a.length === b.length && a.every((size, i) => size === b[i]);

/** NumPy's (and ONNX's) multidirectional broadcasting; `undefined` where the shapes don't go together. */
export function broadcastShapes(a: Shape, b: Shape): Shape | undefined {
  const rank = Math.max(a.length, b.length);
  const result: number[] = [];
  for (let i = 0; i < rank; i++) {
    const left = a[a.length - rank + i] ?? 1;
    const right = b[b.length - rank + i] ?? 1;
    if (left !== right && left !== 1 && right !== 1) return undefined;
    result.push(left === 1 ? right : left);
  }
  return result;
}

/** Counts a negative axis from the end; `undefined` where the tensor has no such axis. */
export function axisOf(axis: number, rank: number): number | undefined {
  const result = axis < 0 ? axis + rank : axis;
  return Number.isInteger(result) && result >= 0 && result < rank ? result : undefined;
}

/** The shape with the sizes at `axes` (not negative) replaced by `size`. */
export const withSizes = (shape: Shape, axes: readonly number[], size: number): Shape =>
  shape.map((original, axis) => (axes.includes(axis) ? size : original));
