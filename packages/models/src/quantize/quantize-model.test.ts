import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createOnnxRuntimeEngine } from '../engines/onnxruntime/onnx-runtime-engine.js';
import type { TensorEngine } from '../engines/tensor-engine.js';
import { float32Tensor } from '../engines/tensor.js';
import { GraphBuilder } from '../graph/graph-builder.js';
import type { Value } from '../graph/graph.js';
import { emitOnnx } from '../onnx/emit-onnx.js';
import type { OnnxModel } from '../onnx/onnx-schema.js';
import { readOnnx } from '../onnx/read-onnx.js';
import { writeOnnx } from '../onnx/write-onnx.js';
import { calibrate } from './calibrate.js';
import { calibrators, type Calibration } from './calibration.js';
import { copyOf } from './copy-model.js';
import { compareEmbeddings } from './compare-embeddings.js';
import { lastProduct, productsOf } from './products.js';
import { quantizeModel } from './quantize-model.js';

const noise = (count: number, seed: number): Float32Array<ArrayBuffer> =>
  Float32Array.from({ length: count }, (_, i) => Math.sin(i * 12.9898 + seed) * Math.cos(i * 0.31 + seed));

type Build = (builder: GraphBuilder, input: Value) => Value;

function modelOf(shape: readonly number[], build: Build): OnnxModel {
  const builder = new GraphBuilder();
  const graph = builder.build({ output: build(builder, builder.input('input', shape)) });
  return readOnnx(emitOnnx(graph), 'the model');
}

const gemm: Build = (g, x) => g.emit('Gemm', [x, g.constant(noise(24, 1), [8, 3]), g.constant(noise(3, 2), [3])]);
const matMul: Build = (g, x) => g.emit('MatMul', [x, g.constant(noise(24, 3), [8, 3])]);
/** A matrix for each of four heads, as attention has them. */
const stack: Build = (g, x) => g.emit('MatMul', [x, g.constant(noise(96, 3), [4, 8, 3])]);
const conv: Build = (g, x) =>
  g.emit('Conv', [x, g.constant(noise(4 * 8 * 9, 4), [4, 8, 3, 3]), g.constant(noise(4, 5), [4])], {
    strides: [1, 1],
    pads: [1, 1, 1, 1],
    group: 1,
  });

describe('quantizeModel', () => {
  let engine: TensorEngine;
  beforeAll(() => (engine = createOnnxRuntimeEngine({ threads: 1 })));
  afterAll(() => engine.dispose());

  const inputsOf = (shape: readonly number[]) =>
    [6, 7, 8].map((seed) => noise(shape.reduce((all, size) => all * size, 1), seed)); // prettier-ignore
  const answers = async (model: OnnxModel, shape: readonly number[]): Promise<readonly Float32Array[]> => {
    const executable = await engine.loadModel(writeOnnx(model));
    const outputs: Float32Array[] = [];
    for (const input of inputsOf(shape)) {
      const { output } = await executable.run({ input: float32Tensor([...shape], input) });
      outputs.push(output!.data as Float32Array);
    }
    await executable.release();
    return outputs;
  };
  const calibrated = (model: OnnxModel, shape: readonly number[], calibrator: Calibration['calibrator'] = 'minmax') =>
    calibrate(
      model,
      async function* () {
        yield* inputsOf(shape);
      },
      { engine, calibrator },
    );

  describe.each([
    ['Gemm', [16, 8], gemm],
    ['MatMul', [2, 16, 8], matMul],
    ['MatMul', [2, 1, 16, 8], stack],
    ['Conv', [1, 8, 12, 10], conv],
  ] as const)('a %s of %j', (op, shape, build) => {
    it.each(calibrators)('gives what it gave, up to its levels, with ranges by %s', async (calibrator) => {
      const model = modelOf(shape, build);
      const quantized = quantizeModel(model, await calibrated(model, shape, calibrator));
      const { relativeError } = compareEmbeddings(await answers(model, shape), await answers(quantized, shape));
      expect(relativeError).toBeGreaterThan(0);
      expect(relativeError).toBeLessThan(0.015);
      const names = quantized.graph.node.map(({ opType }) => opType);
      expect(names).toContain(op);
      expect(names).toContain('QuantizeLinear');
      expect(quantized.graph.initializer.some(({ dataType }) => dataType === 3)).toBe(true);
    });

    it('is the same file each time, and the model is left as it was', async () => {
      const model = modelOf(shape, build);
      const before = writeOnnx(model);
      const [first, second] = [await calibrated(model, shape), await calibrated(model, shape)];
      expect(second).toEqual(first);
      const files = [first, second].map((calibration) => writeOnnx(quantizeModel(model, calibration)));
      expect(Buffer.compare(files[0]!, files[1]!)).toBe(0);
      expect(Buffer.compare(writeOnnx(model), before)).toBe(0);
    });

    it('stays as it is where it is named', async () => {
      const model = modelOf(shape, build);
      const float = new Set(productsOf(model).map(({ name }) => name));
      const same = quantizeModel(model, await calibrated(model, shape), { float });
      expect(same.graph.node.map(({ opType }) => opType)).not.toContain('QuantizeLinear');
      expect(await answers(same, shape)).toEqual(await answers(model, shape));
    });
  });

  it('keeps channels of a convolution that are small beside another', async () => {
    const shape = [1, 8, 12, 10];
    const filters = noise(20 * 8, 1).map((value, i) => value * (i < 8 ? 300 : 1));
    const model = modelOf(shape, (g, x) => {
      const wide = g.emit('Conv', [x, g.constant(filters, [20, 8, 1, 1]), g.constant(noise(20, 2), [20])], {});
      return g.emit('Mul', [wide, g.constant(Float32Array.from({ length: 20 }, (_, i) => (i === 0 ? 0 : 1)), [1, 20, 1, 1])]); // prettier-ignore
    });
    const calibration = await calibrated(model, shape);
    const quantized = quantizeModel(model, calibration);
    const expected = await answers(model, shape);
    expect(compareEmbeddings(expected, await answers(quantized, shape)).relativeError).toBeLessThan(0.02);
    const alike = quantizeModel(model, { ...calibration, channels: {} });
    expect(compareEmbeddings(expected, await answers(alike, shape)).relativeError).toBeGreaterThan(0.2);
  });

  it.each([
    ['is added to another and rounded', (g, wide, x) => g.emit('Conv', [g.emit('Add', [wide, x]), g.constant(noise(64, 6), [8, 8, 1, 1]), g.constant(noise(8, 7), [8])], {})], // prettier-ignore
    ['is rounded, turned back and forth before', (g, wide) => gemm(g, g.emit('Reshape', [g.emit('Transpose', [wide], { perm: [0, 2, 3, 1] })], { shape: [120, 8] }))], // prettier-ignore
    ['is rounded and read in float', (g, wide, x) => g.emit('Add', [g.emit('Conv', [wide, g.constant(noise(64, 6), [8, 8, 1, 1]), g.constant(noise(8, 7), [8])], {}), g.emit('Gelu', [g.emit('Add', [wide, x])])])], // prettier-ignore
  ] as readonly (readonly [string, (g: GraphBuilder, wide: Value, x: Value) => Value])[])(
    'quantizes a convolution of uneven channels whose output %s',
    async (_, rest) => {
      const shape = [1, 8, 12, 10];
      const filters = noise(8 * 8, 1).map((value, i) => value * (i < 8 ? 300 : 1));
      const model = modelOf(shape, (g, x) => {
        const wide = g.emit('Conv', [x, g.constant(filters, [8, 8, 1, 1]), g.constant(noise(8, 2), [8])], {});
        return rest(g, wide, x);
      });
      const { channels, ...calibration } = await calibrated(model, shape);
      expect(Object.keys(channels)).not.toEqual([]);
      const quantized = quantizeModel(model, { ...calibration, channels });
      const { relativeError } = compareEmbeddings(await answers(model, shape), await answers(quantized, shape));
      expect(relativeError).toBeLessThan(0.05);
    },
  );

  it('computes in float with weights of 8 bits where that is said', async () => {
    const shape = [16, 128];
    const model = modelOf(shape, (g, x) => g.emit('MatMul', [x, g.constant(noise(128 * 96, 3), [128, 96])]));
    const calibration = await calibrated(model, shape);
    const whole = quantizeModel(model, calibration);
    const packed = quantizeModel(model, calibration, { packed: new Set([lastProduct(model)!]) });
    expect(packed.graph.node.map(({ opType }) => opType)).not.toContain('QuantizeLinear');
    expect(writeOnnx(packed).length).toBeLessThan(0.35 * writeOnnx(model).length);
    const expected = await answers(model, shape);
    const errorOf = async (quantized: OnnxModel) =>
      compareEmbeddings(expected, await answers(quantized, shape)).relativeError;
    expect(await errorOf(packed)).toBeGreaterThan(0);
    expect(await errorOf(packed)).toBeLessThan(0.8 * (await errorOf(whole)));
  });

  it('packs what attention adds and the rows that are gathered', async () => {
    const shape = [1, 70, 70];
    const rows = Array.from({ length: 4900 }, (_, i) => (i * 3) % 70);
    const model = modelOf(shape, (g, x) => {
      const scores = g.emit('Softmax', [g.emit('Add', [x, g.constant(noise(4900, 1), [1, 70, 70])])]);
      const flat = g.emit('Reshape', [scores], { shape: [70, 70] });
      const gathered = g.emit('Gather', [flat], { indices: rows });
      return g.emit('MatMul', [gathered, g.constant(noise(210, 2), [70, 3])]);
    });
    const quantized = quantizeModel(model, await calibrated(model, shape));
    const sizes = [model, quantized].map((each) => writeOnnx(each).length);
    expect(sizes[1]).toBeLessThan(0.5 * sizes[0]!);
    const { relativeError } = compareEmbeddings(await answers(model, shape), await answers(quantized, shape));
    expect(relativeError).toBeLessThan(0.02);
  });

  it('refuses a calibration of another model, one without images, and values that are not finite', async () => {
    const [model, shape] = [modelOf([16, 8], gemm), [16, 8]];
    const { digest, ...rest } = await calibrated(model, shape);
    expect(() => quantizeModel(model, { ...rest, digest, ranges: {} })).toThrow('it is of another model');
    const none = async function* (): AsyncGenerator<Float32Array<ArrayBuffer>, void> {};
    await expect(calibrate(model, none, { engine })).rejects.toThrow('there is no calibration image');
    const wrong = async function* (): AsyncGenerator<Float32Array<ArrayBuffer>, void> {
      yield noise(128, 1).fill(NaN, 5, 6);
    };
    await expect(calibrate(model, wrong, { engine })).rejects.toThrow('is not finite on image 1');
    const open = copyOf(model);
    open.graph.input[0]!.type!.tensorType!.shape!.dim![0] = { dimParam: 'rows' };
    await expect(calibrate(open, none, { engine })).rejects.toThrow('"input", [rows, 8], is open');
    const early = { ...model, opsetImport: [{ version: 12 }] };
    expect(() => quantizeModel(early, { digest, ...rest })).toThrow('opset 12 has no scales for each channel');
  });
});
