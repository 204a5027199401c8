import type { NodeOf } from '../graph/graph.js';
import type { OpAttrs, OpInputs, OpName } from '../graph/op-signatures.js';
import { at, range, read, tabulate, total, type Dense } from './dense.js';
import { erf } from './erf.js';

export type Kernel<O extends OpName> = (
  inputs: OpInputs<O, Dense>,
  attrs: OpAttrs<O>,
  node: NodeOf<O>,
) => Dense | readonly Dense[];

/** Each operator by its definition in ONNX, written as plainly as possible: what the fast ways are judged against. */
export const kernels: { readonly [O in OpName]: Kernel<O> } = {
  Add: binary((a, b) => a + b),
  Sub: binary((a, b) => a - b),
  Mul: binary((a, b) => a * b),
  Div: binary((a, b) => a / b),
  Greater: binary((a, b) => Number(a > b)),
  GreaterOrEqual: binary((a, b) => Number(a >= b)),
  Neg: unary((x) => -x),
  Gelu: unary((x) => (x / 2) * (1 + erf(x / Math.SQRT2))),
  Relu: unary((x) => Math.max(x, 0)),
  HardSigmoid: ([x], { alpha, beta }) => unary((v) => Math.min(1, Math.max(0, alpha * v + beta)))([x]),
  Sigmoid: unary((x) => 1 / (1 + Math.exp(-x))),
  Softplus: unary((x) => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)))),
  Exp: unary(Math.exp),
  Log: unary(Math.log),
  Sqrt: unary(Math.sqrt),
  Erf: unary(erf),
  Sin: unary(Math.sin),
  Cos: unary(Math.cos),
  Sign: unary(Math.sign),
  Cast: ([x], { to }) => unary(to === 'float32' ? (v) => v : to === 'int64' ? Math.trunc : (v) => Number(v !== 0))([x]),
  Where: ([condition, a, b], _, node) => tabulate(shapeOf(node), (i) => (read(condition, i) ? read(a, i) : read(b, i))),
  MatMul: ([a, b], { transA, transB, alpha }, node) => {
    const [left, right] = [transA ? swapped(a) : a, transB ? swapped(b) : b];
    return tabulate(shapeOf(node), (i) => {
      const [batch, row, column] = [i.slice(0, -2), i.at(-2)!, i.at(-1)!];
      const products = range(left.shape.at(-1)!).map(
        (k) => read(left, [...batch, row, k]) * read(right, [...batch, k, column]),
      );
      return alpha * total(products);
    });
  },
  Gemm: ([a, b, c], { transA, transB }, node) => {
    const [left, right] = [transA ? swapped(a) : a, transB ? swapped(b) : b];
    return tabulate(shapeOf(node), ([row, column]) => {
      const products = range(left.shape[1]!).map((k) => read(left, [row!, k]) * read(right, [k, column!]));
      return total(products) + read(c, [row!, column!]);
    });
  },
  Conv: ([x, filters, bias], { strides, pads, group }, node) => {
    const [outputs, inputs, height, width] = filters.shape as [number, number, number, number];
    return tabulate(shapeOf(node), ([image, filter, row, column]) => {
      const first = Math.floor((filter! * group) / outputs) * inputs;
      const products = range(inputs * height * width).map((k) => {
        const [c, i, j] = [Math.floor(k / (height * width)), Math.floor(k / width) % height, k % width];
        const [y, left] = [row! * strides[0]! + i - pads[0]!, column! * strides[1]! + j - pads[1]!];
        const inside = y >= 0 && y < x.shape[2]! && left >= 0 && left < x.shape[3]!;
        return inside ? read(x, [image!, first + c, y, left]) * read(filters, [filter!, c, i, j]) : 0;
      });
      return total(products) + read(bias, [filter!]);
    });
  },
  Gather: ([x], { indices }, node) =>
    tabulate(shapeOf(node), ([entry, ...rest]) => read(x, [indices[entry!]!, ...rest])),
  Reshape: ([x], _, node) => ({ shape: shapeOf(node), data: x.data }),
  Transpose: ([x], { perm }, node) =>
    tabulate(shapeOf(node), (i) =>
      read(
        x,
        perm.map((_, axis) => i[perm.indexOf(axis)]!),
      ),
    ),
  Expand: ([x], { shape }) => tabulate(shape, (i) => read(x, i)),
  Concat: (parts, { axis }, node) => {
    const along = positive(axis, shapeOf(node).length);
    return tabulate(shapeOf(node), (i) => {
      let position = i[along]!;
      const part = parts.find(({ shape }) => position < shape[along]! || ((position -= shape[along]!), false))!;
      return read(part, at(i, along, position));
    });
  },
  Split: ([x], { axis, sizes }) => {
    const along = positive(axis, x.shape.length);
    return sizes.map((size, part) => {
      const start = total(sizes.slice(0, part));
      return tabulate(at(x.shape, along, size), (i) => read(x, at(i, along, i[along]! + start)));
    });
  },
  Slice: ([x], { axis, start }, node) => {
    const along = positive(axis, x.shape.length);
    const first = positive(start, x.shape[along]!);
    return tabulate(shapeOf(node), (i) => read(x, at(i, along, i[along]! + first)));
  },
  Pad: ([x], { pads }, node) =>
    tabulate(shapeOf(node), (i) => {
      const source = i.map((entry, axis) => entry - pads[axis]!);
      return source.every((entry, axis) => entry >= 0 && entry < x.shape[axis]!) ? read(x, source) : 0;
    }),
  ReduceSum: ([x], attrs, node) => reduce(x, attrs, node, total),
  ReduceMean: ([x], attrs, node) => reduce(x, attrs, node, mean),
  ReduceMax: ([x], attrs, node) => reduce(x, attrs, node, (values) => Math.max(...values)),
  Softmax: ([x], { axis }) => {
    const along = positive(axis, x.shape.length);
    return tabulate(x.shape, (i) => {
      const row = range(x.shape[along]!).map((k) => read(x, at(i, along, k)));
      const top = Math.max(...row);
      return Math.exp(read(x, i) - top) / total(row.map((value) => Math.exp(value - top)));
    });
  },
  LayerNormalization: ([x, scale, bias], { epsilon }) => {
    const last = x.shape.length - 1;
    const row = (i: readonly number[]): number[] => range(x.shape[last]!).map((k) => read(x, at(i, last, k)));
    const means = tabulate(at(x.shape, last, 1), (i) => mean(row(i)));
    const inverseDeviations = tabulate(means.shape, (i) => {
      const variance = mean(row(i).map((value) => (value - read(means, i)) ** 2));
      return 1 / Math.sqrt(variance + epsilon);
    });
    const y = tabulate(
      x.shape,
      (i) => (read(x, i) - read(means, i)) * read(inverseDeviations, i) * read(scale, i) + read(bias, i),
    );
    return [y, means, inverseDeviations];
  },
};

function unary(f: (x: number) => number): (inputs: readonly [Dense]) => Dense {
  return ([x]) => ({ shape: x.shape, data: x.data.map(f) });
}

function binary(f: (a: number, b: number) => number) {
  return ([a, b]: readonly [Dense, Dense], _: unknown, node: NodeOf<OpName>): Dense =>
    tabulate(shapeOf(node), (i) => f(read(a, i), read(b, i)));
}

function reduce(
  x: Dense,
  { axes, keepdims }: OpAttrs<'ReduceSum'>,
  node: NodeOf<'ReduceSum'> | NodeOf<'ReduceMean'> | NodeOf<'ReduceMax'>,
  combine: (values: readonly number[]) => number,
): Dense {
  const reduced = axes.map((axis) => positive(axis, x.shape.length));
  const rest = range(x.shape.length).filter((axis) => !reduced.includes(axis));
  return tabulate(shapeOf(node), (i) => {
    const first = keepdims ? i : x.shape.map((_, axis) => i[rest.indexOf(axis)] ?? 0);
    const indices = reduced.reduce<number[][]>(
      (list, axis) => list.flatMap((index) => range(x.shape[axis]!).map((k) => at(index, axis, k))),
      [[...first]],
    );
    return combine(indices.map((index) => read(x, index)));
  });
}

function swapped(x: Dense): Dense {
  const shape = [...x.shape.slice(0, -2), x.shape.at(-1)!, x.shape.at(-2)!];
  return tabulate(shape, (i) => read(x, [...i.slice(0, -2), i.at(-1)!, i.at(-2)!]));
}

const shapeOf = (node: { readonly outputs: readonly { readonly shape: readonly number[] }[] }): readonly number[] =>
  node.outputs[0]!.shape;

const positive = (entry: number, size: number): number => (entry < 0 ? entry + size : entry);

const mean = (values: readonly number[]): number => total(values) / values.length;
