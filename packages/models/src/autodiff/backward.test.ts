import { randomOf } from '@sluice/core';
import { describe, expect, it } from 'vitest';
import { GraphBuilder } from '../graph/graph-builder.js';
import type { Shape, Value } from '../graph/graph.js';
import { elementCount } from '../graph/shape.js';
import { finiteDifferences } from '../testing/finite-differences.js';
import { interpret } from '../testing/reference.js';
import { gradients } from './backward.js';

type Inputs = Readonly<Record<string, Shape>>;
type Model = (builder: GraphBuilder, inputs: Readonly<Record<string, Value>>) => Value;

const sumOf = (builder: GraphBuilder, x: Value): Value =>
  builder.emit('ReduceSum', [x], { axes: [...x.shape.keys()], keepdims: false });

/** Attention of 2 heads over a shared memory: 3 tokens for each of 2 prompts, 5 memory rows, 4 channels. */
const attention: Model = (b, { tokens, memory, wq, wk, wv, wo, bias }) => {
  const heads = (x: Value): Value =>
    b.emit('Transpose', [b.emit('Reshape', [x], { shape: [x.shape[0]!, x.shape[1]!, 2, 2] })], { perm: [0, 2, 1, 3] });
  const q = heads(b.emit('Add', [b.emit('MatMul', [tokens!, wq!]), bias!]));
  const k = heads(b.emit('MatMul', [memory!, wk!]));
  const v = heads(b.emit('MatMul', [memory!, wv!]));
  const weights = b.emit('Softmax', [b.emit('MatMul', [q, k], { transB: true, alpha: Math.SQRT1_2 })]); // [2, 2, 3, 5]
  const mixed = b.emit('Transpose', [b.emit('MatMul', [weights, v])], { perm: [0, 2, 1, 3] });
  const y = b.emit('MatMul', [b.emit('Reshape', [mixed], { shape: [2, 3, 4] }), wo!]);
  return sumOf(b, b.emit('Mul', [y, b.emit('Sin', [y])]));
};

/** Two layers with a residual, a norm and both activations; the weights are used as they come from a checkpoint, transposed. */
const perceptron: Model = (b, { x, w1, b1, w2, scale, shift }) => {
  const hidden = b.emit('Gelu', [b.emit('Add', [b.emit('MatMul', [x!, w1!], { transB: true }), b1!])]);
  const residual = b.emit('Add', [x!, b.emit('Relu', [b.emit('MatMul', [hidden, w2!], { transB: true })])]);
  const normal = b.emit('LayerNormalization', [residual, scale!, shift!]);
  return b.emit('ReduceMean', [b.emit('Mul', [normal, b.emit('Exp', [normal])])], { axes: [0, 1, 2], keepdims: false });
};

/** 20 · focal + dice + squared error of the predicted IoU, on logits, mean over prompts. */
const maskLoss: Model = (b, { logits, target, iou }) => {
  const one = b.constant(1);
  const rows = (x: Value): Value => b.emit('ReduceSum', [x], { axes: [1] });
  const truth = b.emit('Cast', [b.emit('Greater', [target!, b.constant(0)])], { to: 'float32' });
  const p = b.emit('Sigmoid', [logits!]);
  const overlap = rows(b.emit('Mul', [p, truth]));
  const sizes = b.emit('Add', [rows(p), rows(truth)]);
  const dice = b.emit('Sub', [
    one,
    b.emit('Div', [b.emit('Add', [b.emit('Mul', [overlap, b.constant(2)]), one]), b.emit('Add', [sizes, one])]),
  ]);
  const crossEntropy = b.emit('Sub', [b.emit('Softplus', [logits!]), b.emit('Mul', [logits!, truth])]);
  const missing = b.emit('Where', [b.emit('Greater', [truth, b.constant(0.5)]), b.emit('Sub', [one, p]), p]);
  const focal = b.emit('ReduceMean', [b.emit('Mul', [crossEntropy, b.emit('Mul', [missing, missing])])], { axes: [1] });
  const found = b.emit('Cast', [b.emit('Greater', [logits!, b.constant(0)])], { to: 'float32' });
  const hits = rows(b.emit('Mul', [found, truth]));
  const union = b.emit('Sub', [b.emit('Add', [rows(found), rows(truth)]), hits]);
  const error = b.emit('Sub', [iou!, b.emit('Div', [hits, b.emit('Add', [union, b.constant(1e-7)])])]);
  const all = b.emit('Add', [
    b.emit('Add', [b.emit('Mul', [focal, b.constant(20)]), dice]),
    b.emit('Mul', [error, error]),
  ]);
  return b.emit('ReduceMean', [all], { axes: [0, 1], keepdims: false });
};

/** One value used by several operators, and twice by one. */
const reuse: Model = (b, { x, y }) => {
  const [head, tail] = b.emitAll('Split', [x!], { axis: 1, sizes: [2, 1] });
  const joined = b.emit('Concat', [b.emit('Mul', [head!, head!]), b.emit('Add', [x!, y!]), tail!], { axis: 1 });
  const padded = b.emit('Pad', [b.emit('Slice', [joined], { axis: 1, start: 1, end: 5 })], { pads: [0, 1, 0, 1] });
  return b.emit('ReduceMean', [b.emit('Mul', [padded, joined])], { axes: [0, 1] });
};

const models: readonly (readonly [string, Inputs, Model])[] = [
  [
    'attention',
    { tokens: [2, 3, 4], memory: [1, 5, 4], wq: [4, 4], wk: [4, 4], wv: [4, 4], wo: [4, 4], bias: [4] },
    attention,
  ],
  [
    'a perceptron with layer norm',
    { x: [2, 3, 4], w1: [6, 4], b1: [6], w2: [4, 6], scale: [4], shift: [4] },
    perceptron,
  ],
  ['the mask loss', { logits: [2, 6], target: [2, 6], iou: [2, 1] }, maskLoss],
  ['values used several times', { x: [2, 3], y: [2, 1] }, reuse],
];

describe('gradients', () => {
  it.each(models)('of %s agree with finite differences', (name, shapes, model) => {
    const builder = new GraphBuilder();
    const inputs = inputsOf(builder, shapes);
    const loss = model(builder, inputs);
    const found = gradients(builder, loss, Object.values(inputs));
    const names = Object.keys(inputs).filter((key) => found.has(inputs[key]!));
    const graph = builder.build({
      loss,
      ...Object.fromEntries(names.map((key) => [`d ${key}`, found.get(inputs[key]!)!])),
    });
    const random = randomOf(3, name);
    const feeds = Object.fromEntries(
      Object.entries(shapes).map(([key, shape]) => [
        key,
        Float64Array.from({ length: elementCount(shape) }, () => 2 * random.uniform() - 1),
      ]),
    );
    const forward = builder.build({ loss });
    const results = interpret(graph, feeds);
    expect(names.length).toBe(Object.keys(inputs).length - ('target' in shapes ? 1 : 0));
    for (const key of names) {
      const expected = finiteDifferences(() => interpret(forward, feeds)['loss']![0]!, feeds[key]!);
      const scale = Math.max(...expected.map(Math.abs));
      const difference = Math.max(...results[`d ${key}`]!.map((value, i) => Math.abs(value - expected[i]!)));
      expect(difference / scale, key).toBeLessThan(1e-6);
    }
  });

  it('of gradients are second derivatives', () => {
    const builder = new GraphBuilder();
    const x = builder.input('x', [3]);
    const first = gradients(builder, sumOf(builder, builder.emit('Sin', [x])), [x]).get(x)!;
    const second = gradients(builder, sumOf(builder, first), [x]).get(x)!;
    const at = [0.3, 1, -2];
    const result = interpret(builder.build({ second }), { x: at })['second']!;
    at.forEach((value, i) => {
      expect(result[i]).toBeCloseTo(-Math.sin(value), 12);
    });
  });

  it('have no entry for values that the loss does not depend on, and one for the loss itself', () => {
    const builder = new GraphBuilder();
    const { x, other } = inputsOf(builder, { x: [2], other: [2] });
    const loss = sumOf(builder, x!);
    const found = gradients(builder, loss, [x!, other!, loss]);
    expect([...found.keys()]).toEqual([x, loss]);
    expect(interpret(builder.build({ d: found.get(loss)! }), { x: [1, 2], other: [1, 2] })['d']).toEqual(
      Float64Array.of(1),
    );
  });

  it('build nothing for frozen branches', () => {
    const builder = new GraphBuilder();
    const { x, frozen, trained } = inputsOf(builder, { x: [2, 3], frozen: [3, 3], trained: [3, 1] });
    const features = builder.emit('Gelu', [builder.emit('MatMul', [x!, frozen!])]);
    const loss = sumOf(builder, builder.emit('MatMul', [features, trained!]));
    const before = builder.nodes.length;
    gradients(builder, loss, [trained!]);
    expect(builder.nodes.slice(before).map(({ op }) => op)).toEqual(['Reshape', 'Expand', 'MatMul']);
  });

  it('flow past no threshold: what only a comparison depends on is frozen', () => {
    const builder = new GraphBuilder();
    const { x } = inputsOf(builder, { x: [2] });
    const passed = builder.emit('Cast', [builder.emit('Greater', [x!, builder.constant(0)])], { to: 'float32' });
    expect(gradients(builder, sumOf(builder, builder.emit('Exp', [passed])), [x!]).size).toBe(0);
  });

  it('of a mean are never expanded on their way through elementwise operators', () => {
    const builder = new GraphBuilder();
    const { x, w } = inputsOf(builder, { x: [8, 16], w: [16] });
    const y = builder.emit('Sigmoid', [builder.emit('Mul', [x!, w!])]);
    gradients(builder, builder.emit('ReduceMean', [y], { axes: [0, 1] }), [w!]);
    expect(builder.nodes.filter(({ op }) => op === 'Expand')).toEqual([]);
  });

  it('of a broadcast operand are counted, not summed, where all rows are alike', () => {
    const builder = new GraphBuilder();
    const { x, b } = inputsOf(builder, { x: [8, 16], b: [16] });
    const found = gradients(builder, sumOf(builder, builder.emit('Add', [x!, b!])), [b!]);
    const graph = builder.build({ d: found.get(b!)! });
    expect(graph.nodes.filter(({ op }) => op === 'ReduceSum')).toEqual([]);
    expect(interpret(graph, { x: new Float64Array(128), b: new Float64Array(16) })['d']).toEqual(
      new Float64Array(16).fill(8),
    );
  });

  it('of an operand broadcast to very many rows are summed exactly', () => {
    const builder = new GraphBuilder();
    const { x, b } = inputsOf(builder, { x: [2, 1024, 2, 3], b: [1, 2, 3] });
    const y = builder.emit('Add', [x!, b!]);
    const found = gradients(builder, sumOf(builder, builder.emit('Mul', [y, y])), [b!]).get(b!)!;
    expect(found.shape).toEqual([1, 2, 3]);
    const values = Float64Array.from({ length: 2 * 1024 * 6 }, (_, i) => Math.sin(i));
    const result = interpret(builder.build({ found }), { x: values, b: new Float64Array(6) })['found']!;
    result.forEach((sum, column) => {
      const expected = values.reduce((before, value, i) => (i % 6 === column ? before + 2 * value : before), 0);
      expect(sum).toBeCloseTo(expected, 9);
    });
  });

  it('of a weight shared by all rows are one product', () => {
    const builder = new GraphBuilder();
    const { x, w } = inputsOf(builder, { x: [2, 5, 3], w: [3, 4] });
    const y = builder.emit('MatMul', [x!, w!]);
    const found = gradients(builder, sumOf(builder, builder.emit('Mul', [y, y])), [w!]);
    const product = builder.nodes.find(({ outputs }) => outputs.includes(found.get(w!)!))!;
    expect(product.inputs.map(({ shape }) => shape)).toEqual([
      [10, 3],
      [10, 4],
    ]);
  });

  it('stop with models/NO_GRADIENT, naming operator and node, where a rule is missing', () => {
    const builder = new GraphBuilder();
    const { x, s } = inputsOf(builder, { x: [2, 3], s: [3] });
    const [, mean] = builder.emitAll('LayerNormalization', [x!, s!, s!]);
    const node = builder.nodes[0]!.name;
    expect(() => gradients(builder, sumOf(builder, mean!), [x!])).toThrow(
      expect.objectContaining({
        code: 'models/NO_GRADIENT',
        message: expect.stringContaining(`LayerNormalization (node "${node}")`) as string,
      }),
    );
  });

  it('stop with models/NO_GRADIENT at an operator of frozen models that trained values go through', () => {
    const builder = new GraphBuilder();
    const { x } = inputsOf(builder, { x: [2, 3] });
    const gathered = builder.emit('Gather', [x!], { indices: [1, 0] });
    const loss = sumOf(builder, gathered);
    expect(() => gradients(builder, loss, [x!])).toThrow(expect.objectContaining({ code: 'models/NO_GRADIENT' }));
    expect(gradients(builder, loss, [gathered]).has(gathered)).toBe(true);
  });

  it('need a loss of one element', () => {
    const builder = new GraphBuilder();
    const { x } = inputsOf(builder, { x: [2] });
    expect(() => gradients(builder, x!, [x!])).toThrow(expect.objectContaining({ code: 'models/LOSS_NOT_SCALAR' }));
  });
});

function inputsOf(builder: GraphBuilder, shapes: Inputs): Readonly<Record<string, Value>> {
  return Object.fromEntries(Object.entries(shapes).map(([name, shape]) => [name, builder.input(name, shape)]));
}
