import type { Prompt } from '@sluice/data';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createOnnxRuntimeEngine } from '../engines/onnxruntime/onnx-runtime-engine.js';
import type { TensorEngine } from '../engines/tensor-engine.js';
import { golden, hasGolden, tokenMajor, valuesOf } from '../testing/golden.js';
import { loadSamWeights } from '../weights/load-sam-weights.js';
import type { Weights } from '../weights/weights.js';
import { createDecoderPredictor, type DecoderPredictor } from './decoder-predictor.js';

const frame = { size: 1024, width: 1024, height: 685 };
const image = { width: 1024, height: 685 };
const PIXELS = 256 * 256;

let engine: TensorEngine;
let weights: Weights;
let predictor: DecoderPredictor;

beforeAll(async () => {
  engine = createOnnxRuntimeEngine({ threads: 2 });
  weights = await loadSamWeights('sam-tiny-vit');
  predictor = await createDecoderPredictor(engine, weights);
});
afterAll(async () => {
  await predictor.release();
  await engine.dispose();
});

describe('the decoder against PyTorch', () => {
  const tensors = hasGolden ? golden('decoder-forward') : new Map<string, never>();
  const three = (one: (i: number) => Prompt): Prompt[] => [0, 1, 2].map(one);
  const boxOf = (i: number): Prompt => {
    const [x0, y0, x1, y1] = valuesOf(tensors, 'boxes').subarray(4 * i) as unknown as [number, number, number, number];
    return { instance: String(i), box: [x0, y0, x1, y1] };
  };
  const pointOf = (i: number): Prompt => {
    const [x, y] = valuesOf(tensors, 'points').subarray(2 * i) as unknown as [number, number];
    return { instance: String(i), points: [{ x, y, label: valuesOf(tensors, 'point_labels')[i] as 0 | 1 }] };
  };
  const prompts = {
    box: () => three(boxOf),
    point: () => three(pointOf),
    both: () => three((i) => ({ ...boxOf(i), ...pointOf(i) })),
    mask: () => three(boxOf),
  };
  const kinds = Object.keys(prompts) as (keyof typeof prompts)[];

  it.skipIf(!hasGolden).each(kinds.flatMap((kind) => ([1, 4] as const).map((masks) => [kind, masks] as const)))(
    'gives the same logits and IoU for %s prompts from %i mask tokens (needs ../shared/golden)',
    async (kind, masks) => {
      const embedding = tokenMajor(valuesOf(tensors, 'image_embeddings'));
      const maskInput = valuesOf(tensors, 'mask_input');
      const maskPrompts = [0, 1, 2].map((i) => maskInput.subarray(i * PIXELS, (i + 1) * PIXELS));
      const options = { masks, ...(kind === 'mask' && { maskPrompts }) };
      const { logits, iou } = await predictor.predict(embedding, frame, image, prompts[kind](), options);

      const wantedLogits = valuesOf(tensors, `${kind}.low_res_masks`); // [3, 4, 256, 256]
      const wantedIou = valuesOf(tensors, `${kind}.iou`);
      for (let prompt = 0; prompt < 3; prompt++) {
        for (let mask = 0; mask < masks; mask++) {
          const at = prompt * 4 + mask;
          const found = logits[prompt * masks + mask]!;
          expect(largestDifference(found, wantedLogits.subarray(at * PIXELS, (at + 1) * PIXELS))).toBeLessThan(1e-3);
          expect(iou[prompt * masks + mask]).toBeCloseTo(wantedIou[at]!, 5);
        }
      }
    },
  );
});

describe('createDecoderPredictor', () => {
  const embedding = Float32Array.from({ length: 4096 * 256 }, (_, i) => Math.sin(i * 0.37) * 0.3);
  const box: Prompt = { instance: 'a', box: [100, 100, 500, 400] };
  const point: Prompt = { instance: 'b', points: [{ x: 300, y: 250, label: 1 }] };
  const both: Prompt = { ...box, ...point };

  it('answers a mixed list in its order, each prompt as if it were alone', async () => {
    const mixed = [both, box, point, both, box];
    const { logits, iou } = await predictor.predict(embedding, frame, image, mixed);
    for (const [i, prompt] of mixed.entries()) {
      const alone = await predictor.predict(embedding, frame, image, [prompt]);
      expect(largestDifference(logits[i]!, alone.logits[0]!)).toBeLessThan(1e-3);
      expect(iou[i]).toBeCloseTo(alone.iou[0]!, 5);
    }
  });

  it('answers no prompts with nothing', async () => {
    expect(await predictor.predict(embedding, frame, image, [])).toEqual({ logits: [], iou: [] });
  });

  it('takes another checkpoint, and the first one again', async () => {
    const before = await predictor.predict(embedding, frame, image, [box]);
    const name = 'mask_decoder.output_hypernetworks_mlps.0.layers.2.bias';
    const shifted = weights.get(name)!.data.map((value) => value + 0.1);
    await predictor.setWeights(new Map([...weights, [name, { shape: [32], data: shifted }]]));
    const changed = await predictor.predict(embedding, frame, image, [box]);
    expect(largestDifference(before.logits[0]!, changed.logits[0]!)).toBeGreaterThan(1e-3);
    await predictor.setWeights(weights);
    expect((await predictor.predict(embedding, frame, image, [box])).logits[0]).toEqual(before.logits[0]);
  });

  it('refuses a prompt that asks nothing', async () => {
    const promise = predictor.predict(embedding, frame, image, [{ instance: 'tree-3' }]);
    await expect(promise).rejects.toMatchObject({ code: 'models/EMPTY_PROMPT' });
    await expect(promise).rejects.toThrow(/tree-3/);
  });
});

function largestDifference(a: Float32Array, b: Float32Array): number {
  return a.reduce((worst, value, i) => Math.max(worst, Math.abs(value - b[i]!)), 0);
}
