import type { Prompt } from '@sluice/data';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createOnnxRuntimeEngine } from '../../engines/onnxruntime/onnx-runtime-engine.js';
import type { TensorEngine } from '../../engines/tensor-engine.js';
import { decoderModel } from '../../export/export-decoder.js';
import type { OnnxModel } from '../../onnx/onnx-schema.js';
import { writeOnnx } from '../../onnx/write-onnx.js';
import { createDecoderPredictor } from '../../train/decoder-predictor.js';
import { loadSamWeights } from '../../weights/load-sam-weights.js';
import type { Weights } from '../../weights/weights.js';
import { compareEmbeddings } from '../compare-embeddings.js';
import { float16Weights } from './float16-weights.js';
import { onnxDecoder } from './onnx-decoder.js';

const image = { width: 300, height: 200 };
const frame = { size: 1024, width: 1024, height: 683 };
const embedding = Float32Array.from({ length: 4096 * 256 }, (_, i) => Math.sin(i * 0.37) * 0.2);
const prompts: readonly Prompt[] = [
  { instance: 'box', box: [20, 30, 180.5, 150] },
  { instance: 'point', points: [{ x: 100, y: 90, label: 1 }] },
  { instance: 'both', box: [20, 30, 180, 150], points: [{ x: 70, y: 60, label: 1 }, { x: 5, y: 5, label: 0 }] }, // prettier-ignore
];

describe('a decoder file', () => {
  let engine: TensorEngine;
  let weights: Weights;
  let float: OnnxModel;
  let expected: readonly Float32Array[];
  beforeAll(async () => {
    engine = createOnnxRuntimeEngine({ threads: 2 });
    weights = await loadSamWeights('sam-tiny-vit');
    float = await decoderModel(weights, { model: 'sam-tiny-vit', epoch: 1 });
    const predictor = await createDecoderPredictor(engine, weights);
    expected = (await predictor.predict(embedding, frame, image, prompts)).logits;
    await predictor.release();
  });
  afterAll(() => engine.dispose());

  const answers = async (model: OnnxModel): Promise<readonly Float32Array[]> => {
    const decoder = await engine.loadModel(writeOnnx(model));
    const { logits, iou } = await onnxDecoder(decoder).predict(embedding, frame, image, prompts);
    expect(iou.every((value) => value > -1 && value < 2)).toBe(true);
    await decoder.release();
    return logits;
  };

  it('answers boxes, points and both as the predictor of training does', async () => {
    expect(compareEmbeddings(expected, await answers(float)).relativeError).toBeLessThan(1e-4);
  });

  it('refuses a prompt that asks for nothing', async () => {
    const decoder = await engine.loadModel(writeOnnx(float));
    await expect(onnxDecoder(decoder).predict(embedding, frame, image, [{ instance: 'x' }])).rejects.toMatchObject({
      code: 'models/EMPTY_PROMPT',
    });
    await decoder.release();
  });

  it('takes half the size with weights in half precision, and answers almost the same', async () => {
    const before = writeOnnx(float);
    const half = float16Weights(float);
    expect(writeOnnx(half).length).toBeLessThan(0.52 * before.length);
    const { relativeError } = compareEmbeddings(expected, await answers(half));
    expect(relativeError).toBeGreaterThan(0);
    expect(relativeError).toBeLessThan(0.01);
    expect(Buffer.compare(writeOnnx(float), before)).toBe(0);
  });

  it('keeps a tensor that half precision does not hold', () => {
    const tensor = (name: string, largest: number) => ({
      ...{ name, dims: [300], dataType: 1 },
      rawData: new Uint8Array(new Float32Array(300).fill(1).fill(largest, 7, 8).buffer),
    });
    const graph = { ...float.graph, node: [], initializer: [tensor('small', 65504), tensor('large', 65520)] };
    const { initializer, node } = float16Weights({ ...float, graph }).graph;
    expect(initializer.map(({ name, dataType }) => [name, dataType])).toEqual([['small.float16', 10], ['large', 1]]); // prettier-ignore
    expect(node.map(({ opType, output }) => [opType, output])).toEqual([['Cast', ['small']]]);
  });
});
