import { existsSync, readFileSync } from 'node:fs';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createOnnxRuntimeEngine } from '../engines/onnxruntime/onnx-runtime-engine.js';
import type { Executable, TensorEngine } from '../engines/tensor-engine.js';
import { float32Tensor } from '../engines/tensor.js';
import { upsampleLogits } from '../metrics/upsample-logits.js';
import { readOnnxFile } from '../onnx/read-onnx.js';
import { loadSamWeights, readSamWeights } from '../weights/load-sam-weights.js';
import { readSafetensors, weightsOf } from '../weights/safetensors.js';
import type { Weights } from '../weights/weights.js';
import { resolveModelFile } from '../zoo/resolve-model-file.js';
import { exportEncoder, exportDecoder } from './export-decoder.js';
import { selectTrainedToken } from './select-trained-token.js';

const golden = new URL('../../../../../shared/golden/decoder-forward.safetensors', import.meta.url);

interface Prompt {
  readonly coords: readonly number[];
  readonly labels: readonly number[];
  readonly mask?: Float32Array<ArrayBuffer>;
}

interface Answer {
  readonly masks: Float32Array;
  readonly lowRes: Float32Array;
  readonly iou: number;
}

/** Asks a decoder as a client of SAM's official ONNX decoder does. */
async function ask(
  decoder: Executable,
  embedding: Float32Array<ArrayBuffer>,
  { coords, labels, mask }: Prompt,
  [height, width] = [480, 640],
): Promise<Answer> {
  const outputs = await decoder.run({
    image_embeddings: float32Tensor([1, 256, 64, 64], embedding),
    point_coords: float32Tensor([1, labels.length, 2], coords),
    point_labels: float32Tensor([1, labels.length], labels),
    mask_input: float32Tensor([1, 1, 256, 256], mask),
    has_mask_input: float32Tensor([1], [mask ? 1 : 0]),
    orig_im_size: float32Tensor([2], [height, width]),
  });
  expect(outputs['masks']!.shape).toEqual([1, 1, height, width]);
  return {
    masks: outputs['masks']!.data as Float32Array,
    lowRes: outputs['low_res_masks']!.data as Float32Array,
    iou: Number(outputs['iou_predictions']!.data[0]),
  };
}

const largestDifference = (a: Float32Array, b: Float32Array): number =>
  a.length === b.length ? a.reduce((largest, value, i) => Math.max(largest, Math.abs(value - b[i]!)), 0) : Infinity;

/** Weights whose tensor of this name is changed. */
const withChanged = (weights: Weights, name: string): Weights =>
  new Map([...weights, [name, { ...weights.get(name)!, data: weights.get(name)!.data.map((value) => value + 0.1) }]]);

const box: Prompt = { coords: [200, 300, 700, 650], labels: [2, 3] };
const points: Prompt = { coords: [300, 400, 500, 500, 0, 0], labels: [1, 1, -1] };

describe('exportDecoder', () => {
  let engine: TensorEngine;
  let folder: string;
  let weights: Weights;
  let exported: Executable;
  const embedding = Float32Array.from({ length: 256 * 4096 }, (_, i) => Math.sin(i * 0.37) * 0.2);

  const exportAndOpen = async (changed: Weights, name: string): Promise<Executable> => {
    await exportDecoder(changed, join(folder, name), { model: 'sam-tiny-vit', epoch: 3 });
    return engine.loadModel(join(folder, name));
  };

  beforeAll(async () => {
    engine = createOnnxRuntimeEngine({ threads: 2 });
    folder = await mkdtemp(join(tmpdir(), 'export-'));
    weights = await loadSamWeights('sam-tiny-vit');
    exported = await exportAndOpen(weights, 'untouched.onnx');
  });
  afterAll(async () => {
    await engine.dispose();
    await rm(folder, { recursive: true });
  });

  it("keeps the interface of SAM's official decoder and says what it holds", async () => {
    const official = await engine.loadModel(await resolveModelFile('sam-tiny-vit', 'decoder'));
    expect([exported.inputs, exported.outputs]).toEqual([official.inputs, official.outputs]);
    const { metadataProps } = await readOnnxFile(join(folder, 'untouched.onnx'));
    expect(Object.fromEntries(metadataProps!.map(({ key, value }) => [key, value]))).toEqual({
      'sluice.version': expect.stringMatching(/^\d+\.\d+\.\d+/) as string,
      'sluice.model': 'sam-tiny-vit',
      'sluice.epoch': '3',
      'sluice.mask_token': '0',
      'sluice.image_size': '1024',
      'sluice.pixel_mean': '123.675,116.28,103.53',
      'sluice.pixel_std': '58.395,57.12,57.375',
    });
    expect(await readdir(folder)).toEqual(['untouched.onnx']);
  });

  it('equals the untouched decoder where that answers with token 0 (three points), and differs for a box', async () => {
    const official = await engine.loadModel(await resolveModelFile('sam-tiny-vit', 'decoder'));
    const [theirs, ours] = [await ask(official, embedding, points), await ask(exported, embedding, points)];
    expect([largestDifference(theirs.lowRes, ours.lowRes), theirs.iou - ours.iou]).toEqual([0, 0]);
    expect(largestDifference(theirs.masks, ours.masks)).toBe(0);
    const boxes = [await ask(official, embedding, box), await ask(exported, embedding, box)];
    expect(largestDifference(boxes[0]!.lowRes, boxes[1]!.lowRes)).toBeGreaterThan(0.1);
  });

  it.each([
    ['a box', box],
    ['one point', { coords: [300, 400, 0, 0], labels: [1, -1] }],
    ['a point alone', { coords: [300, 400], labels: [1] }],
  ])("answers %s with token 0's mask: other tokens' weights change nothing", async (_, prompt) => {
    const hypernetwork = (token: number): string =>
      `mask_decoder.output_hypernetworks_mlps.${String(token)}.layers.2.bias`;
    const before = await ask(exported, embedding, prompt);
    const others = [1, 2, 3].reduce((changed, token) => withChanged(changed, hypernetwork(token)), weights);
    const other = await ask(await exportAndOpen(others, 'others.onnx'), embedding, prompt);
    expect(largestDifference(before.lowRes, other.lowRes)).toBe(0);
    const trained = await ask(
      await exportAndOpen(withChanged(weights, hypernetwork(0)), 'token0.onnx'),
      embedding,
      prompt,
    );
    expect(largestDifference(before.lowRes, trained.lowRes)).toBeGreaterThan(0.01);
  });

  it('carries changed weights and gives masks at the size of the image', async () => {
    const name = 'mask_decoder.transformer.layers.0.cross_attn_token_to_image.v_proj.weight';
    const changed = withChanged(weights, name);
    const decoder = await exportAndOpen(changed, 'changed.onnx');
    const again = readSamWeights(await readOnnxFile(join(folder, 'changed.onnx')), 'changed.onnx');
    expect(largestDifference(again.get(name)!.data, changed.get(name)!.data)).toBe(0);
    const { masks, lowRes } = await ask(decoder, embedding, box, [100, 150]);
    const expected = upsampleLogits(lowRes, { size: 1024, width: 1024, height: 683 }, 150, 100);
    expect(largestDifference(masks, expected)).toBeLessThan(1e-3 * Math.max(...lowRes.map(Math.abs)));
  });

  it('refuses a decoder without the one choice of a token that it knows', async () => {
    const path = await resolveModelFile('sam-tiny-vit', 'decoder');
    const model = await readOnnxFile(path);
    const argMax = model.graph.node.find(({ opType }) => opType === 'ArgMax')!;
    argMax.opType = 'ArgMin';
    expect(() => {
      selectTrainedToken(model, 'x.onnx');
    }).toThrow(`x.onnx can't be used: expected one choice of a mask token by number of points, found 0`);
    argMax.opType = 'ArgMax';
    model.graph.node.push({ ...argMax, name: 'again', output: ['again'] });
    expect(() => {
      selectTrainedToken(model, 'x.onnx');
    }).toThrow('found 2');
  });

  it('puts the verified encoder beside it', async () => {
    await exportEncoder('sam-tiny-vit', join(folder, 'encoder.onnx'));
    const original = readFileSync(await resolveModelFile('sam-tiny-vit', 'encoder'));
    expect(readFileSync(join(folder, 'encoder.onnx')).equals(original)).toBe(true);
  });

  it.skipIf(!existsSync(golden))(
    "gives PyTorch's token 0 for boxes, points, both and masks (needs ../shared)",
    async () => {
      const { tensors, metadata } = readSafetensors(readFileSync(golden));
      const floats = weightsOf({
        metadata,
        tensors: new Map([...tensors].filter(([, { data }]) => data instanceof Float32Array)),
      });
      const values = (name: string): Float32Array<ArrayBuffer> => floats.get(name)!.data;
      const image = values('image_embeddings');
      for (let i = 0; i < 3; i++) {
        const corners = [...values('boxes').slice(4 * i, 4 * i + 4)];
        const point = [...values('points').slice(2 * i, 2 * i + 2)];
        const label = Number(tensors.get('point_labels')!.data[i]);
        const mask = values('mask_input').slice(65536 * i, 65536 * (i + 1));
        const prompts: Record<string, Prompt> = {
          box: { coords: corners, labels: [2, 3] },
          point: { coords: [...point, 0, 0], labels: [label, -1] },
          both: { coords: [...point, ...corners], labels: [label, 2, 3] },
          mask: { coords: corners, labels: [2, 3], mask },
        };
        for (const [kind, prompt] of Object.entries(prompts)) {
          const { masks, lowRes, iou } = await ask(exported, image, prompt, [1500, 2241]);
          const token0 = values(`${kind}.low_res_masks`).slice(4 * 65536 * i, (4 * i + 1) * 65536);
          const difference = largestDifference(lowRes, token0);
          expect([kind, i, difference < 1e-3]).toEqual([kind, i, true]);
          expect(Math.abs(iou - values(`${kind}.iou`)[4 * i]!)).toBeLessThan(1e-3);
          if (kind !== 'box') continue;
          const upsampled = upsampleLogits(token0, { size: 1024, width: 1024, height: 685 }, 2241, 1500);
          expect(largestDifference(masks, upsampled)).toBeLessThan(0.01);
        }
      }
    },
  );
});
