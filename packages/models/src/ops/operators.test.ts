import { randomOf } from '@sluice/core';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { gradients } from '../autodiff/backward.js';
import { createOnnxRuntimeEngine } from '../engines/onnxruntime/onnx-runtime-engine.js';
import type { TensorEngine } from '../engines/tensor-engine.js';
import { createTfjsEngine } from '../engines/tfjs/tfjs-engine.js';
import { GraphBuilder } from '../graph/graph-builder.js';
import type { DType, Graph, Shape, Value } from '../graph/graph.js';
import type { AttrArguments, EmitAll, OpName } from '../graph/op-signatures.js';
import { elementCount } from '../graph/shape.js';
import { emitOnnx } from '../onnx/emit-onnx.js';
import { finiteDifferences } from '../testing/finite-differences.js';
import { interpret } from '../testing/reference.js';
import { operators } from './index.js';

type Case = { [O in OpName]: readonly [op: O, inputs: string, ...attrs: AttrArguments<O>] }[OpName];

/** Inputs are uniform in ±[0.2, 1.5]; `+` makes one positive, `bool` and `int64` change its dtype. */
const cases: readonly Case[] = [
  ['Add', '2x3, 2x3'],
  ['Add', '2x3, 3'],
  ['Add', '2x3, 1'],
  ['Add', '2x1x4, 3x1'],
  ['Add', ', 2x3'],
  ['Sub', '2x3, 2x3'],
  ['Sub', '3, 2x3'],
  ['Sub', '2x3, 2x1'],
  ['Mul', '2x3, 2x3'],
  ['Mul', '4x1x3, 2x1'],
  ['Mul', '2x3, '],
  ['Mul', '2, 3x2'],
  ['Div', '2x3, 2x3'],
  ['Div', '2x3, 3'],
  ['Div', '2, 2x2'],
  ['Neg', '2x3'],
  ['MatMul', '3x4, 4x2'],
  ['MatMul', '4x3, 4x2', { transA: true }],
  ['MatMul', '3x4, 2x4', { transB: true, alpha: 0.25 }],
  ['MatMul', '4x3, 2x4', { transA: true, transB: true }],
  ['MatMul', '3x4, 4x2', { alpha: -2 }],
  ['MatMul', '2x3x4, 4x5'],
  ['MatMul', '2x3x4, 5x4', { transB: true }],
  ['MatMul', '2x3x4, 4x5', { alpha: 0.5 }],
  ['MatMul', '2x2x3x4, 4x2'],
  ['MatMul', '2x4x3, 4x5', { transA: true }],
  ['MatMul', '2x4x3, 5x4', { transA: true, transB: true, alpha: 3 }],
  ['MatMul', '2x3x4, 2x4x5'],
  ['MatMul', '2x3x4, 2x5x4', { transB: true, alpha: 0.5 }],
  ['MatMul', '2x4x3, 2x4x5', { transA: true }],
  ['MatMul', '2x4x3, 2x5x4', { transA: true, transB: true }],
  ['MatMul', '3x2, 2x2x4'],
  ['MatMul', '3x2, 2x4x2', { transB: true }],
  ['MatMul', '1x3x2, 4x2x2'],
  ['MatMul', '4x3x2, 1x2x2'],
  ['MatMul', '2x1x3x2, 3x2x2', { alpha: 2 }],
  ['MatMul', '2x3x2x4, 3x5x4', { transB: true, alpha: 0.5 }],
  ['Gemm', '3x4, 4x2, 2'],
  ['Gemm', '4x3, 4x2, 3x2', { transA: true }],
  ['Gemm', '3x4, 2x4, 3x1', { transB: true }],
  ['Gemm', '4x3, 2x4, ', { transA: true, transB: true }],
  ['Conv', '2x3x5x4, 4x3x3x2, 4'],
  ['Conv', '1x2x5x6, 3x2x3x3, 3', { strides: [2, 1], pads: [1, 0, 0, 2] }],
  ['Conv', '2x4x4x4, 4x1x3x3, 4', { pads: [1, 1, 1, 1], group: 4 }],
  ['Conv', '1x4x3x3, 6x2x1x1, 6', { group: 2 }],
  ['Gather', '3x2', { indices: [2, 0, 0, 1] }],
  ['Gather', '4', { indices: Array.from({ length: 20 }, (_, i) => (i * i) % 4) }],
  ['Reshape', '2x6', { shape: [3, 4] }],
  ['Reshape', '2x3x2', { shape: [-1, 2] }],
  ['Reshape', '1x1', { shape: [] }],
  ['Transpose', '2x3', { perm: [1, 0] }],
  ['Transpose', '2x3x4', { perm: [2, 0, 1] }],
  ['Transpose', '2x3x1x2', { perm: [0, 2, 1, 3] }],
  ['Concat', '2x3, 2x1, 2x2', { axis: 1 }],
  ['Concat', '1x2x3, 2x2x3', { axis: 0 }],
  ['Concat', '2x3, 2x3', { axis: -1 }],
  ['Concat', '2x3', { axis: -2 }],
  ['Split', '2x6', { axis: 1, sizes: [1, 3, 2] }],
  ['Split', '4x2', { axis: -2, sizes: [3, 1] }],
  ['Slice', '2x5', { axis: 1, start: 1, end: 3 }],
  ['Slice', '4x2x3', { axis: -3, start: 0, end: 2 }],
  ['Slice', '2x5', { axis: -1, start: -3, end: -1 }],
  ['Slice', '3', { axis: 0, start: 0, end: 3 }],
  ['Pad', '2x3', { pads: [0, 1, 2, 0] }],
  ['Pad', '2x1x2', { pads: [1, 0, 0, 0, 2, 3] }],
  ['Expand', '1x3', { shape: [4, 3] }],
  ['Expand', '3x1', { shape: [2, 3, 4] }],
  ['Expand', '', { shape: [2, 2] }],
  ['ReduceSum', '2x3', { axes: [1] }],
  ['ReduceSum', '2x3x4', { axes: [0, -1], keepdims: false }],
  ['ReduceSum', '2x3', { axes: [0, 1], keepdims: false }],
  ['ReduceMean', '2x3', { axes: [-1] }],
  ['ReduceMean', '2x3x4', { axes: [0, 1], keepdims: false }],
  ['ReduceMean', '2x3x4', { axes: [2, 0] }],
  ['ReduceMax', '2x3', { axes: [-1] }],
  ['ReduceMax', '2x3x4', { axes: [0, 1], keepdims: false }],
  ['Softmax', '2x5', { axis: 1 }],
  ['Softmax', '2x3x4'],
  ['Softmax', '2x3x4', { axis: 1 }],
  ['Softmax', '3x2', { axis: -2 }],
  ['LayerNormalization', '3x4, 4, 4'],
  ['LayerNormalization', '2x3x5, 5, 5', { epsilon: 1e-6 }],
  ['LayerNormalization', '4, 4, 4', { epsilon: 0.1 }],
  ['LayerNormalization', '2x32x5, 5, 5'],
  ['Gelu', '2x5'],
  ['Relu', '2x5'],
  ['Sigmoid', '2x5'],
  ['HardSigmoid', '2x5', { alpha: 0.3, beta: 0.5 }],
  ['HardSigmoid', '2x5', { alpha: 2, beta: 0.1 }],
  ['Softplus', '2x5'],
  ['Exp', '2x3'],
  ['Log', '+2x3'],
  ['Sqrt', '+2x3'],
  ['Erf', '2x5'],
  ['Sin', '2x3'],
  ['Cos', '2x3'],
  ['Sign', '2x5'],
  ['Greater', '2x3, 2x3'],
  ['Greater', '2x3, 1'],
  ['GreaterOrEqual', '2x3, 3'],
  ['Cast', 'bool 2x3', { to: 'float32' }],
  ['Cast', '2x3', { to: 'int64' }],
  ['Cast', 'int64 2x3', { to: 'bool' }],
  ['Where', 'bool 2x3, 2x3, 2x3'],
  ['Where', 'bool 2x1, 3, '],
  ['Where', 'bool 3, 2x3, 1x3'],
];

/** How a case's outputs become a loss: weighted element by element, row by row, or all alike. */
const weightings = {
  'each element': (shape: Shape): Shape => shape,
  'each row': (shape: Shape): Shape => shape.map((size, axis) => (axis === 0 ? size : 1)),
  'all alike': (): Shape => [],
};

const named = cases.map((one) => ({
  name: `${one[0]} of ${one[1] || 'a scalar'} ${JSON.stringify(one[2] ?? {})}`,
  one,
}));
const differentiable = named.filter(({ one: [op] }) => typeof operators[op].gradient === 'function');

describe.each(differentiable)('the gradient of $name', ({ one }) => {
  it.each(Object.keys(weightings) as (keyof typeof weightings)[])(
    'agrees with finite differences, weighting %s',
    (weighting) => {
      const { graph, feeds, wrt } = lossOf(one, weightings[weighting]);
      const results = interpret(graph, feeds);
      const lossAlone: Graph = { ...graph, outputs: { loss: graph.outputs['loss']! } };
      for (const { name } of wrt) {
        const expected = finiteDifferences(() => interpret(lossAlone, feeds)['loss']![0]!, feeds[name]!);
        expectClose(results[`d ${name}`]!, expected, 1e-8);
        expect(results[`d ${name} alone`]).toEqual(results[`d ${name}`]);
      }
    },
  );
});

describe.each(named)('the ONNX of $name', ({ one }) => {
  it('computes the same as the reference in onnxruntime, forward and backward', async () => {
    const { graph, feeds } = lossOf(one, weightings['each element']);
    const expected = interpret(graph, feeds);
    const session = await InferenceSession.create(emitOnnx(graph));
    const inputs = graph.inputs.map(({ name, shape, dtype }) => [name, tensor(dtype, shape, feeds[name]!)] as const);
    const results = await session.run(Object.fromEntries(inputs));
    await session.release();
    for (const [name, value] of Object.entries(graph.outputs)) {
      expect(results[name]!.dims, name).toEqual(value.shape);
      expectClose(Float64Array.from(results[name]!.data as Float32Array, Number), expected[name]!, 2e-6);
    }
  });
});

/** Also the native one where the environment says where it is. */
const backends = (['cpu', 'wasm', 'tensorflow'] as const).filter(
  (backend) => backend !== 'tensorflow' || process.env['SLUICE_TFJS_NODE'],
);

describe.each(backends)('TensorFlow.js on its backend %s', (backend) => {
  let engine: TensorEngine;
  beforeAll(async () => {
    engine = await createTfjsEngine({ backend, threads: 2 });
  }, 60_000);
  afterAll(() => engine.dispose());

  it.each(named)('computes $name the same as the reference, forward and backward', async ({ one }) => {
    const { graph, feeds } = lossOf(one, weightings['each element']);
    const expected = interpret(graph, feeds);
    const executable = await engine.compile(graph);
    const inputs = graph.inputs.map(({ name, shape, dtype }) => {
      const { data } = tensor(dtype, shape, feeds[name]!);
      return [name, { dtype, shape, data: data as never }] as const;
    });
    const results = await executable.run(Object.fromEntries(inputs));
    await executable.release();
    for (const [name, value] of Object.entries(graph.outputs)) {
      expect(results[name]!.shape, name).toEqual(value.shape);
      expect(results[name]!.dtype, name).toBe(value.dtype);
      expectClose(Float64Array.from(results[name]!.data as Float32Array, Number), expected[name]!, 2e-6);
    }
  });
});

describe('the table of cases', () => {
  it.each(Object.keys(operators) as OpName[])('has %s', (op) => {
    expect(cases.some(([name]) => name === op)).toBe(true);
  });
});

describe.skipIf(!process.env['SLUICE_WEBGPU'])("onnxruntime's WebGPU (scripts/webgpu.mjs)", () => {
  let engine: TensorEngine;
  beforeAll(() => (engine = createOnnxRuntimeEngine({ provider: 'webgpu', threads: 1 })));
  afterAll(() => engine.dispose());

  // WGSL allows 2^-11 in a sine or cosine.
  it.each(named)('computes $name as the reference, forward and backward', async ({ one }) => {
    const { graph, feeds } = lossOf(one, weightings['each element']);
    const expected = interpret(graph, feeds);
    const executable = await engine.compile(graph);
    const inputs = graph.inputs.map(({ name, shape, dtype }) => {
      return [name, { dtype, shape, data: tensor(dtype, shape, feeds[name]!).data as never }] as const;
    });
    const results = await executable.run(Object.fromEntries(inputs));
    await executable.release();
    for (const [name, value] of Object.entries(graph.outputs)) {
      expect(results[name], name).toMatchObject({ shape: value.shape, dtype: value.dtype });
      expectClose(
        Float64Array.from(results[name]!.data as Float32Array, Number),
        expected[name]!,
        ['Sin', 'Cos'].includes(one[0]) ? 2 ** -11 : 1e-4,
      );
    }
  });
});

/** The case's outputs, their weighted sum and its gradients: of all inputs at once, and of each alone. */
function lossOf([op, inputs, attrs]: Case, weightShape: (shape: Shape) => Shape) {
  const builder = new GraphBuilder();
  const random = randomOf(7, op, inputs);
  const magnitude = (): number => 0.2 + 1.3 * random.uniform();
  const signed = (): number => (random.uniform() < 0.5 ? -1 : 1) * magnitude();
  const feeds: Record<string, Float64Array> = {};
  const values = inputs.split(',').map((text, i): Value => {
    const [, positive, dtype = 'float32', sizes = ''] = /^(\+?)(?:(bool|int64) )?([\dx]*)$/.exec(text.trim())!;
    const shape = sizes === '' ? [] : sizes.split('x').map(Number);
    const value = builder.input(`x${String(i)}`, shape, dtype as DType);
    feeds[value.name] = Float64Array.from({ length: elementCount(shape) }, () => {
      if (dtype === 'float32') return positive ? magnitude() : signed();
      return random.integer(dtype === 'bool' ? 0 : -2, dtype === 'bool' ? 1 : 2);
    });
    return value;
  });
  const emitAny = builder.emitAll.bind(builder) as (
    ...args: [OpName, readonly Value[], unknown]
  ) => ReturnType<EmitAll>;
  const all = emitAny(op, values, attrs ?? {});
  const outputs: Record<string, Value> = Object.fromEntries(all.map((output, i) => [`y${String(i)}`, output]));
  const { gradient, differentiableOutputs = all.length } = operators[op];
  if (typeof gradient === 'string') return { graph: builder.build(outputs), feeds, wrt: [] };
  const loss = all.slice(0, differentiableOutputs).reduce((sum, output) => {
    const shape = weightShape(output.shape);
    const weights = builder.constant(Float64Array.from({ length: elementCount(shape) }, signed), shape);
    const weighted = builder.emit('Mul', [output, weights]);
    const axes = [...output.shape.keys()];
    const total = axes.length === 0 ? weighted : builder.emit('ReduceSum', [weighted], { axes, keepdims: false });
    return builder.emit('Add', [sum, total]);
  }, builder.constant(0));
  const wrt = values.filter(({ dtype }) => dtype === 'float32');
  const together = gradients(builder, loss, wrt);
  for (const value of wrt) {
    outputs[`d ${value.name}`] = together.get(value)!;
    outputs[`d ${value.name} alone`] = gradients(builder, loss, [value]).get(value)!;
  }
  return { graph: builder.build({ ...outputs, loss }), feeds, wrt };
}

function tensor(dtype: DType, shape: Shape, data: Float64Array): Tensor {
  if (dtype === 'float32') return new Tensor('float32', Float32Array.from(data), shape);
  if (dtype === 'int64') return new Tensor('int64', BigInt64Array.from(data, BigInt), shape);
  return new Tensor('bool', Uint8Array.from(data), shape);
}

/** Largest difference, relative to the largest value where that is over 1. */
function expectClose(actual: Float64Array, expected: Float64Array, tolerance: number): void {
  expect(actual.length).toBe(expected.length);
  const scale = Math.max(1, ...expected.map(Math.abs));
  const difference = Math.max(0, ...actual.map((value, i) => Math.abs(value - expected[i]!)));
  expect(difference / scale).toBeLessThan(tolerance);
}
