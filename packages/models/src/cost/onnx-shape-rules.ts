import type { Shape } from '../graph/graph.js';
import { axisOf, broadcastShapes, elementCount, withSizes } from '../graph/shape.js';
import type { OnnxNode } from '../onnx/onnx-schema.js';
import { integerOf, integersOf, MOST_ELEMENTS, tensorOf, tensorValue, type StaticValue } from './onnx-values.js';

/** Throws `Underivable` where shapes don't fit or depend on what only a run can tell. */
export type ShapeRule = (inputs: readonly StaticValue[], node: OnnxNode) => StaticValue | readonly StaticValue[];

/** A sentence on why a shape can't be derived. */
export class Underivable extends Error {}

const unary: ShapeRule = ([x]) => ({ shape: x!.shape });

const arithmetic =
  (apply?: (a: number, b: number) => number): ShapeRule =>
  ([a, b]) => {
    const shape = broadcastShapes(a!.shape, b!.shape);
    if (shape === undefined)
      throw new Underivable(`[${a!.shape.join(', ')}] and [${b!.shape.join(', ')}] do not broadcast`);
    const [left, right] = [a!.elements, b!.elements];
    if (apply === undefined || left === undefined || right === undefined || shape.length > 1) return { shape };
    const count = elementCount(shape);
    const elements = Array.from({ length: count }, (_, i) => apply(left[i % left.length]!, right[i % right.length]!));
    return { shape, elements };
  };

/** Of operands with two axes or more, whose last two may be taken the other way round (`transA`, `transB` of onnxruntime's product). */
const product: ShapeRule = ([a, b], node) => {
  const [left, right] = [
    lastTurned(a!.shape, integerOf(node, 'transA', 0)),
    lastTurned(b!.shape, integerOf(node, 'transB', 0)),
  ];
  const batch = broadcastShapes(left.slice(0, -2), right.slice(0, -2));
  if (left.length < 2 || right.length < 2 || batch === undefined || left.at(-1) !== right.at(-2)) {
    throw new Underivable(`[${left.join(', ')}] can't be multiplied by [${right.join(', ')}]`);
  }
  return { shape: [...batch, left.at(-2)!, right.at(-1)!] };
};

/** By operator, as opsets 11 to 20 define it: https://onnx.ai/onnx/operators/ */
export const shapeRules: Readonly<Record<string, ShapeRule>> = {
  ...Object.fromEntries(
    [
      'Erf',
      'Sqrt',
      'Softmax',
      'Relu',
      'Sigmoid',
      'Tanh',
      'Exp',
      'Neg',
      'Gelu',
      'Identity',
      'QuantizeLinear',
      'DequantizeLinear',
    ].map((op) => [op, unary]),
  ),
  Add: arithmetic((a, b) => a + b),
  Sub: arithmetic((a, b) => a - b),
  Mul: arithmetic((a, b) => a * b),
  Div: arithmetic((a, b) => (Number.isInteger(a) && Number.isInteger(b) ? Math.trunc(a / b) : a / b)),
  Pow: arithmetic(),
  LayerNormalization: unary,

  Constant: (_, node) => {
    const tensor = tensorOf(node, 'value');
    if (tensor === undefined) throw new Underivable('it holds no tensor');
    return tensorValue(tensor);
  },
  Shape: ([x]) => ({ shape: [x!.shape.length], elements: x!.shape }),
  Cast: ([x]) => x!,
  ConstantOfShape: ([size], node) => {
    const shape = known(size, 'shape');
    const value = tensorOf(node, 'value');
    const filling = value === undefined ? 0 : tensorValue(value).elements?.[0];
    const count = elementCount(shape);
    if (filling === undefined || count > MOST_ELEMENTS) return { shape };
    return { shape, elements: Array<number>(count).fill(filling) };
  },
  Gather: ([data, indices], node) => {
    const axis = axisIn(integerOf(node, 'axis', 0), data!.shape);
    const shape = [...data!.shape.slice(0, axis), ...indices!.shape, ...data!.shape.slice(axis + 1)];
    const [from, at] = [data!.elements, indices!.elements];
    if (from === undefined || at === undefined || data!.shape.length !== 1) return { shape };
    return { shape, elements: at.map((i) => from.at(i) ?? NaN) };
  },
  Slice: ([data, starts, ends, axes, steps]) => {
    const [from, to] = [known(starts, 'starts'), known(ends, 'ends')];
    const { shape } = data!;
    const along = axes === undefined ? from.map((_, i) => i) : known(axes, 'axes').map((axis) => axisIn(axis, shape));
    const by = steps === undefined ? from.map(() => 1) : known(steps, 'steps');
    const ranges = shape.map((size, axis) => {
      const i = along.indexOf(axis);
      return i === -1 ? { start: 0, step: 1, count: size } : range(size, from[i]!, to[i]!, by[i]!);
    });
    return picked(
      data!,
      ranges.map(({ count }) => count),
      (index) => index.map((i, axis) => ranges[axis]!.start + i * ranges[axis]!.step),
    );
  },
  Transpose: ([x], node) => {
    const perm = integersOf(node, 'perm') ?? x!.shape.map((_, axis) => axis).reverse();
    return picked(
      x!,
      perm.map((axis) => x!.shape[axis]!),
      (index) => perm.map((_, axis) => index[perm.indexOf(axis)]!),
    );
  },
  Concat: (inputs, node) => {
    const [first] = inputs;
    const axis = axisIn(integerOf(node, 'axis', 0), first!.shape);
    const shape = withSizes(
      first!.shape,
      [axis],
      inputs.reduce((sum, input) => sum + input.shape[axis]!, 0),
    );
    const elements = inputs.map((input) => input.elements);
    return shape.length === 1 && elements.every((list) => list !== undefined)
      ? { shape, elements: elements.flat() }
      : { shape };
  },
  Unsqueeze: ([x, axes], node) => {
    const at = integersOf(node, 'axes') ?? known(axes, 'axes');
    const rank = x!.shape.length + at.length;
    const added = at.map((axis) => (axis < 0 ? axis + rank : axis));
    const rest = [...x!.shape];
    return { ...x!, shape: Array.from({ length: rank }, (_, axis) => (added.includes(axis) ? 1 : rest.shift()!)) };
  },
  Reshape: ([x, wanted]) => {
    const sizes = known(wanted, 'shape').map((size, axis) => (size === 0 ? (x!.shape[axis] ?? 0) : size));
    const count = elementCount(x!.shape);
    const rest = count / elementCount(sizes.filter((size) => size !== -1));
    const shape = sizes.map((size) => (size === -1 ? rest : size));
    if (elementCount(shape) !== count)
      throw new Underivable(`[${x!.shape.join(', ')}] can't become [${sizes.join(', ')}]`);
    return { ...x!, shape };
  },
  Pad: ([x, pads], node) => {
    const sizes = integersOf(node, 'pads') ?? known(pads, 'pads');
    return { shape: x!.shape.map((size, axis) => size + sizes[axis]! + sizes[axis + x!.shape.length]!) };
  },
  Split: ([x, sizes], node) => {
    const axis = axisIn(integerOf(node, 'axis', 0), x!.shape);
    const count = node.output.length;
    const parts =
      integersOf(node, 'split') ??
      (sizes === undefined ? Array<number>(count).fill(x!.shape[axis]! / count) : known(sizes, 'sizes'));
    return parts.map((size) => ({ shape: withSizes(x!.shape, [axis], size) }));
  },
  ReduceMean: ([x, axes], node) => {
    const given = integersOf(node, 'axes') ?? axes?.elements;
    const reduced = given === undefined ? x!.shape.map((_, axis) => axis) : given.map((axis) => axisIn(axis, x!.shape));
    if (integerOf(node, 'keepdims', 1) === 1) return { shape: withSizes(x!.shape, reduced, 1) };
    return { shape: x!.shape.filter((_, axis) => !reduced.includes(axis)) };
  },
  MatMul: product,
  FusedMatMul: product,
  Gemm: ([a, b], node) => {
    const [rows, inner] = turned(a!.shape, integerOf(node, 'transA', 0));
    const [innerB, columns] = turned(b!.shape, integerOf(node, 'transB', 0));
    if (inner !== innerB)
      throw new Underivable(`[${a!.shape.join(', ')}] can't be multiplied by [${b!.shape.join(', ')}]`);
    return { shape: [rows!, columns!] };
  },
  Conv: ([x, filters], node) => {
    const [batch, channels, ...image] = x!.shape;
    const [outputs, inputs, ...window] = filters!.shape;
    if (inputs! * integerOf(node, 'group', 1) !== channels)
      throw new Underivable('the filters have another number of channels');
    const [strides, pads, dilations] = ['strides', 'pads', 'dilations'].map((name) => integersOf(node, name));
    const sizes = image.map((size, axis) => {
      const padded = size + (pads?.[axis] ?? 0) + (pads?.[axis + image.length] ?? 0);
      return Math.floor((padded - (dilations?.[axis] ?? 1) * (window[axis]! - 1) - 1) / (strides?.[axis] ?? 1)) + 1;
    });
    return { shape: [batch!, outputs!, ...sizes] };
  },
};

function known(value: StaticValue | undefined, what: string): readonly number[] {
  if (value?.elements === undefined) throw new Underivable(`its ${what} is known only when the model runs`);
  return value.elements;
}

function axisIn(axis: number, shape: Shape): number {
  const found = axisOf(axis, shape.length);
  if (found === undefined) throw new Underivable(`[${shape.join(', ')}] has no axis ${String(axis)}`);
  return found;
}

const lastTurned = (shape: Shape, isTurned: number): Shape => [
  ...shape.slice(0, -2),
  ...turned(shape.slice(-2), isTurned),
];

const turned = (shape: Shape, isTurned: number): Shape => (isTurned === 1 ? shape.toReversed() : shape);

/** NumPy's `start:end:step` of an axis; ends beyond it are cut, and -1 stands for the last but where the step goes back. */
function range(size: number, start: number, end: number, step: number): { start: number; step: number; count: number } {
  const within = (i: number, low: number, high: number): number => Math.min(Math.max(i < 0 ? i + size : i, low), high);
  const [from, to] =
    step > 0
      ? [within(start, 0, size), within(end, 0, size)]
      : [within(start, -1, size - 1), within(end, -1, size - 1)];
  return { start: from, step, count: Math.max(0, Math.ceil((to - from) / step)) };
}

/** A value whose element at an index is the element of `x` at another. */
function picked(x: StaticValue, shape: Shape, indexIn: (index: readonly number[]) => readonly number[]): StaticValue {
  const { elements } = x;
  if (elements === undefined) return { shape };
  const at = (index: readonly number[]): number => index.reduce((flat, i, axis) => flat * x.shape[axis]! + i, 0);
  return {
    shape,
    elements: Array.from(
      { length: elementCount(shape) },
      (_, flat) => elements[at(indexIn(unflattened(flat, shape)))]!,
    ),
  };
}

function unflattened(flat: number, shape: Shape): number[] {
  const index: number[] = [];
  for (let axis = shape.length - 1, rest = flat; axis >= 0; axis--) {
    index[axis] = rest % shape[axis]!;
    rest = Math.floor(rest / shape[axis]!);
  }
  return index;
}
