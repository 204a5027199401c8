import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createOnnxRuntimeEngine } from '../../engines/onnxruntime/onnx-runtime-engine.js';
import type { TensorEngine } from '../../engines/tensor-engine.js';
import { float32Tensor } from '../../engines/tensor.js';
import {
  attributeTypes,
  dataTypes,
  type OnnxAttributeProto,
  type OnnxModel,
  type OnnxNode,
  type OnnxTensor,
} from '../../onnx/onnx-schema.js';
import { readOnnxFile } from '../../onnx/read-onnx.js';
import { writeOnnx } from '../../onnx/write-onnx.js';
import { resolveModelFile } from '../../zoo/resolve-model-file.js';
import { calibrate } from '../calibrate.js';
import { compareEmbeddings } from '../compare-embeddings.js';
import { openOnnxEncoder } from '../gate/onnx-encoder.js';
import { quantizeModel } from '../quantize-model.js';
import { preparedModel } from './prepare-model.js';

const integer = (name: string, i: number): OnnxAttributeProto => ({ name, i, type: attributeTypes.int });
const integers = (name: string, ...ints: number[]): OnnxAttributeProto => ({ name, ints, type: attributeTypes.ints });
const floats = (values: readonly number[], dims: readonly number[]): OnnxTensor => ({
  ...{ dims: [...dims], dataType: dataTypes.float32 },
  rawData: new Uint8Array(Float32Array.from(values).buffer),
});
const wave = (count: number, seed: number) => Array.from({ length: count }, (_, i) => Math.sin(i * 12.9898 + seed));

/** `op(inputs) -> outputs`, the outputs as a list of names. */
const node = (opType: string, input: string, output: string, ...attribute: OnnxAttributeProto[]): OnnxNode => ({
  ...{ name: `${opType} of ${output}`, opType, attribute },
  ...{ input: input.split(' ').filter(Boolean), output: output.split(' ') },
});
const constant = (name: string, values: readonly number[], dims: readonly number[] = []): OnnxNode => ({
  ...node('Constant', '', name),
  attribute: [{ name: 'value', t: floats(values, dims), type: 4 }],
});

/** x [N, 4, 6] through nodes of an opset to y. */
const modelOf = (version: number, ...nodes: readonly OnnxNode[]): OnnxModel => ({
  ...{ irVersion: 6, opsetImport: [{ version }] },
  graph: {
    ...{ name: 'g', node: [...nodes], initializer: [] },
    input: [{ name: 'x', type: { tensorType: { elemType: dataTypes.float32, shape: { dim: [{ dimParam: 'N' }, { dimValue: 4 }, { dimValue: 6 }] } } } }], // prettier-ignore
    output: [{ name: 'y', type: { tensorType: { elemType: dataTypes.float32 } } }],
  },
});

const gelu = (x: string, y: string): readonly OnnxNode[] => [
  constant(`${y}/root`, [Math.SQRT2]),
  node('Div', `${x} ${y}/root`, `${y}/scaled`),
  node('Erf', `${y}/scaled`, `${y}/erf`),
  constant(`${y}/one`, [1]),
  node('Add', `${y}/one ${y}/erf`, `${y}/added`),
  node('Mul', `${x} ${y}/added`, `${y}/multiplied`),
  constant(`${y}/half`, [0.5]),
  node('Mul', `${y}/multiplied ${y}/half`, y),
];

const layerNorm = (x: string, y: string): readonly OnnxNode[] => [
  node('ReduceMean', x, `${y}/mean`, integers('axes', -1)),
  node('Sub', `${x} ${y}/mean`, `${y}/centred`),
  constant(`${y}/two`, [2]),
  node('Pow', `${y}/centred ${y}/two`, `${y}/squared`),
  node('ReduceMean', `${y}/squared`, `${y}/variance`, integers('axes', -1)),
  constant(`${y}/epsilon`, [1e-3]),
  node('Add', `${y}/variance ${y}/epsilon`, `${y}/added`),
  node('Sqrt', `${y}/added`, `${y}/root`),
  node('Div', `${y}/centred ${y}/root`, `${y}/normal`),
  constant(`${y}/weight`, wave(6, 1), [6]),
  node('Mul', `${y}/normal ${y}/weight`, `${y}/scaled`),
  constant(`${y}/bias`, wave(6, 2), [6]),
  node('Add', `${y}/scaled ${y}/bias`, y),
];

describe('preparedModel', () => {
  let engine: TensorEngine;
  beforeAll(() => (engine = createOnnxRuntimeEngine({ threads: 1 })));
  afterAll(() => engine.dispose());

  const opsOf = ({ graph }: OnnxModel) => graph.node.map(({ opType }) => opType);
  async function answer(model: OnnxModel): Promise<Float32Array> {
    const executable = await engine.loadModel(writeOnnx(model));
    const { y } = await executable.run({ x: float32Tensor([2, 4, 6], wave(48, 5)) });
    await executable.release();
    return y!.data as Float32Array;
  }
  async function computesTheSame(model: OnnxModel, prepared = preparedModel(model, { inputShapes: { x: [2, 4, 6] } })) {
    const [expected, found] = [await answer(model), await answer(prepared)];
    expect(found).toHaveLength(expected.length);
    expect(Math.max(...found.map((value, i) => Math.abs(value - expected[i]!)))).toBeLessThan(1e-6);
    return opsOf(prepared);
  }

  it('joins Gelu and layer normalisation, and makes constants initializers', async () => {
    const model = modelOf(12, ...layerNorm('x', 'n'), ...gelu('n', 'y'));
    expect(await computesTheSame(model)).toEqual(['LayerNormalization', 'Gelu']);
  });

  it.each([
    [
      'of another number',
      gelu('x', 'y').map((each) => (each.output[0] === 'y/half' ? constant('y/half', [0.6]) : each)),
    ],
    ['whose inside is used', [...gelu('x', 'g'), node('Add', 'g g/erf', 'y')]],
    [
      'of two values',
      gelu('x', 'y').map((each) =>
        each.output[0] === 'y/multiplied' ? node('Mul', 'y/added y/added', 'y/multiplied') : each,
      ),
    ],
  ] as const)('leaves a Gelu %s as it is', async (_, nodes) => {
    expect(await computesTheSame(modelOf(12, ...nodes))).toContain('Erf');
  });

  it.each([
    [
      'over another axis',
      layerNorm('x', 'y').map((each) =>
        each.opType === 'ReduceMean' ? { ...each, attribute: [integers('axes', 1)] } : each,
      ),
    ],
    [
      'of another power',
      layerNorm('x', 'y').map((each) => (each.output[0] === 'y/two' ? constant('y/two', [4]) : each)),
    ],
    ['whose inside is used', [...layerNorm('x', 'n'), node('Add', 'n n/centred', 'y')]],
  ] as const)('leaves a normalisation %s as it is', async (_, nodes) => {
    expect(await computesTheSame(modelOf(12, ...nodes))).not.toContain('LayerNormalization');
  });

  it('spells attributes of early opsets as inputs', async () => {
    const shapes = { inputShapes: { x: [2, 4, 6] } };
    const softened = modelOf(
      11,
      node('Unsqueeze', 'x', 'u', integers('axes', 0)),
      node('Split', 'u', 'a b c', integer('axis', 3), integers('split', 2, 2, 2)),
      node('Add', 'a c', 't'),
      node('Softmax', 't', 'y', integer('axis', 3)),
    );
    const prepared = preparedModel(softened, shapes);
    expect(prepared.opsetImport[0]).toMatchObject({ version: 17 });
    expect(prepared.graph.input[0]!.type!.tensorType!.shape!.dim!.map(({ dimValue }) => dimValue)).toEqual([2, 4, 6]);
    await computesTheSame(softened, prepared);
    const summed = modelOf(
      12,
      node('ReduceSum', 'x', 's', integers('axes', 1), integer('keepdims', 1)),
      node('Squeeze', 's', 'y', integers('axes', 1)),
    );
    await computesTheSame(summed);
  });

  it('leaves what is so already as it is', () => {
    const once = preparedModel(modelOf(12, ...layerNorm('x', 'n'), ...gelu('n', 'y')));
    expect(Buffer.compare(writeOnnx(preparedModel(once)), writeOnnx(once))).toBe(0);
  });

  it.each([
    [
      'an operator of another meaning',
      modelOf(12, node('Dropout', 'x', 'y')),
      'what Dropout ("Dropout of y") of opset 12 does',
    ],
    [
      'a softmax of several axes',
      modelOf(12, node('Softmax', 'x', 'y', integer('axis', 1))),
      'what Softmax ("Softmax of y")',
    ],
    ['an early opset', modelOf(9, node('Relu', 'x', 'y')), 'those of opset 9; export it again with opset 17'],
  ] as const)('refuses %s', (_, model, problem) => {
    expect(() => preparedModel(model, { inputShapes: { x: [2, 4, 6] }, path: 'm.onnx' })).toThrow(
      expect.objectContaining({ code: 'models/BAD_MODEL', message: expect.stringContaining(problem) as string }),
    );
  });

  it("makes an encoder that PyTorch exported in opset 12 one that INT8 can be made of: MobileSAM's", async () => {
    const file = await readOnnxFile(await resolveModelFile('sam-tiny-vit', 'encoder'));
    const model = preparedModel(file, { inputShapes: { input: [1, 3, 1024, 1024] } });
    expect(opsOf(model).filter((op) => op === 'Gelu')).toHaveLength(23);
    expect(opsOf(model).filter((op) => op === 'LayerNormalization')).toHaveLength(20);
    const pixels = Float32Array.from({ length: 3 * 1024 ** 2 }, (_, i) => Math.sin(i / 1000) + Math.cos(i % 1024));
    const images = async function* () {
      yield pixels.slice();
    };
    const bytes = writeOnnx(quantizeModel(model, await calibrate(model, images, { engine })));
    expect(bytes.length).toBeLessThan(0.35 * 28_085_517);
    const embeddings: Float32Array[] = [];
    for (const each of [writeOnnx(file), bytes]) {
      const encoder = await openOnnxEncoder(engine, each);
      embeddings.push(await encoder.encode(pixels.slice()));
      await encoder.release();
    }
    const { relativeError } = compareEmbeddings([embeddings[0]!], [embeddings[1]!]);
    expect(relativeError).toBeGreaterThan(0.001);
    expect(relativeError).toBeLessThan(0.1);
  }, 120_000);
});
