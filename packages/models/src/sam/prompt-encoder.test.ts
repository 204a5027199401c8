import type { Prompt } from '@sluice/data';
import { beforeAll, describe, expect, it } from 'vitest';
import { golden, hasGolden, valuesOf } from '../testing/golden.js';
import { loadSamWeights } from '../weights/load-sam-weights.js';
import type { Weights } from '../weights/weights.js';
import { createPromptEncoder, promptTokenCount, type PromptSpace } from './prompt-encoder.js';

const space: PromptSpace = { image: { width: 2048, height: 1024 }, frame: { size: 1024, width: 1024, height: 512 } };
const point: Prompt = { instance: 'a', points: [{ x: 300, y: 200, label: 1 }] };
const box: Prompt = { instance: 'a', box: [100, 100, 900, 800] };

describe('createPromptEncoder', () => {
  let weights: Weights;
  let encode: ReturnType<typeof createPromptEncoder>;
  beforeAll(async () => {
    weights = await loadSamWeights('sam-tiny-vit');
    encode = createPromptEncoder(weights);
  });

  it.each([
    ['a box', box, 2],
    ['a point', point, 2],
    ['a box and a point', { ...box, ...point }, 3],
    ['three points', { instance: 'a', points: [0, 1, 1].map((label, x) => ({ x, y: 0, label: label as 0 | 1 })) }, 4],
  ])('makes the tokens of %s', (_, prompt: Prompt, tokens) => {
    expect(promptTokenCount(prompt)).toBe(tokens);
    expect(encode(prompt, space)).toHaveLength(tokens * 256);
  });

  it('ends points without a box with "not a point"', () => {
    expect(encode(point, space).subarray(256)).toEqual(weights.get('prompt_encoder.not_a_point_embed.weight')!.data);
  });

  it('puts prompts into the frame: twice the image, twice the coordinates, the same tokens', () => {
    const half: PromptSpace = { ...space, image: { width: 1024, height: 512 } };
    expect(encode({ instance: 'a', box: [50, 50, 450, 400] }, half)).toEqual(encode(box, space));
  });

  it('tells background from foreground', () => {
    const background: Prompt = { instance: 'a', points: [{ x: 300, y: 200, label: 0 }] };
    const [a, b] = [encode(point, space), encode(background, space)];
    const [fore, back] = [1, 0].map(
      (label) => weights.get(`prompt_encoder.point_embeddings.${String(label)}.weight`)!.data,
    );
    for (let i = 0; i < 256; i++) expect(a[i]! - b[i]!).toBeCloseTo(fore![i]! - back![i]!, 5);
  });

  it.skipIf(!hasGolden)("gives PyTorch's tokens for a point and a box (needs ../shared/golden)", () => {
    const tensors = golden('decoder-forward');
    const frame = { size: 1024, width: 1024, height: 685 };
    const [x0, y0, x1, y1] = valuesOf(tensors, 'boxes') as unknown as [number, number, number, number];
    const [x, y] = valuesOf(tensors, 'points') as unknown as [number, number];
    const tokens = encode(
      { instance: 'a', box: [x0, y0, x1, y1], points: [{ x, y, label: 1 }] },
      { image: { width: 1024, height: 685 }, frame },
    );
    const wanted = valuesOf(tensors, 'both.sparse');
    tokens.forEach((value, i) => {
      expect(Math.abs(value - wanted[i]!)).toBeLessThan(1e-4);
    });
  });
});
