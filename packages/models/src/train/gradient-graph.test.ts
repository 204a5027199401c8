import { readFileSync } from 'node:fs';
import type { Prompt } from '@sluice/data';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createOnnxRuntimeEngine } from '../engines/onnxruntime/onnx-runtime-engine.js';
import type { Feeds, TensorEngine } from '../engines/tensor-engine.js';
import { float32Tensor } from '../engines/tensor.js';
import type { LossKind } from '../losses/mask-loss.js';
import { toLogitOrder } from '../sam/logit-order.js';
import { imagePositions } from '../sam/position-encoding.js';
import { LOW_RES_PIXELS } from '../sam/shape.js';
import { golden, goldenItem, goldenLosses, hasGolden, valuesOf } from '../testing/golden.js';
import { loadSamWeights } from '../weights/load-sam-weights.js';
import type { Weights } from '../weights/weights.js';
import { gradientGraph } from './gradient-graph.js';
import type { Resolution } from './loss-resolution.js';
import { graphResolution, lossTargets } from './loss-targets.js';
import { promptFeeds } from './prompt-inputs.js';
import type { TrainItem } from './train-item.js';

interface Pass {
  readonly terms: readonly number[];
  readonly gradients: ReadonlyMap<string, Float32Array>;
}

describe.skipIf(!hasGolden)('gradients of the whole decoder against PyTorch (needs ../shared/golden)', () => {
  let engine: TensorEngine;
  let weights: Weights;
  let item: TrainItem;
  beforeAll(async () => {
    engine = createOnnxRuntimeEngine({ threads: 2 });
    weights = await loadSamWeights('sam-tiny-vit');
    item = goldenItem();
  });
  afterAll(() => engine.dispose());

  /** Loss and gradients of some of an item's prompts; each counts a third. */
  async function pass(
    loss: LossKind,
    resolution: Resolution,
    prompts: readonly number[],
    asked: TrainItem = item,
  ): Promise<Pass> {
    const count = prompts.length;
    const { graph, parameters, frozen } = gradientGraph(weights, {
      prompts: count,
      tokens: 2,
      loss,
      resolution: graphResolution(resolution, item.image),
      maskPrompts: asked.maskPrompts !== undefined,
      multimask: asked.prompts[0]!.box === undefined,
    });
    const executable = await engine.compile(graph);
    const feeds: Record<string, Feeds[string]> = {
      image: float32Tensor([4096, 256], asked.embedding),
      imagePositions: float32Tensor([4096, 256], imagePositions(weights)),
      ...promptFeeds(weights, new Set())(asked, { prompts, tokens: 2 }),
      weights: float32Tensor(
        [count],
        prompts.map(() => 1 / 3),
      ),
      ...lossTargets(
        item,
        prompts.map((index) => item.masks[index]!),
        resolution,
      ),
    };
    for (const name of [...parameters, ...frozen]) {
      const { shape, data } = weights.get(name)!;
      feeds[name] = float32Tensor(shape, data);
    }
    for (const name of parameters) feeds[`gradient:${name}`] = float32Tensor(weights.get(name)!.shape);
    const results = await executable.run(feeds);
    await executable.release();
    return {
      terms: ['loss', 'focal', 'dice', 'iou'].map((term) => results[term]!.data[0] as number),
      gradients: new Map(parameters.map((name) => [name, results[`next:gradient:${name}`]!.data as Float32Array])),
    };
  }

  /** Differences of PyTorch's loss terms from ours beyond one in ten thousand. */
  const wrongTerms = (terms: readonly number[], run: string): readonly string[] =>
    goldenLosses(run)[0]!.flatMap((wanted, i) =>
      Math.abs(terms[i]! - wanted) <= 1e-4 * Math.abs(wanted)
        ? []
        : [`term ${String(i)}: ${String(terms[i])}, not ${String(wanted)}`],
    );

  it('agree value by value at low resolution, within a thousandth of the largest', async () => {
    const { terms, gradients } = await pass('sam', 'low', [0, 1, 2]);
    expect(wrongTerms(terms, 'low.sam')).toEqual([]);

    const tensors = golden('decoder-train');
    const wanted = [...tensors.keys()].flatMap((key) =>
      key.startsWith('low.sam.grad.') ? [key.slice('low.sam.grad.'.length)] : [],
    );
    const wrong = wanted.flatMap((parameter) => {
      const expected = valuesOf(tensors, `low.sam.grad.${parameter}`);
      const found = gradients.get(`mask_decoder.${parameter}`);
      if (found === undefined) return isWithoutGradient(parameter, expected) ? [] : [`${parameter}: none`];
      const [a, b] = expected.length === 3 && found.length !== 3 ? [summary(found), expected] : [found, expected];
      const scale = largest(b);
      const worst = largest(a.map((value, i) => value - b[i]!));
      return worst <= 1e-3 * scale ? [] : [`${parameter}: off by ${String(worst)} of ${String(scale)}`];
    });
    expect(wrong).toEqual([]);
    expect(gradients.size).toBe(95);
  });

  /** The three prompts with masks, or three single points instead. */
  function variantOf(variant: 'maskedBoxes' | 'singlePoints'): TrainItem {
    const known = golden('decoder-forward');
    const [masks, points] = [valuesOf(known, 'mask_input'), valuesOf(known, 'points')];
    const maskAt = (i: number) => toLogitOrder(masks.subarray(i * LOW_RES_PIXELS, (i + 1) * LOW_RES_PIXELS));
    if (variant === 'maskedBoxes') return { ...item, maskPrompts: [0, 1, 2].map(maskAt) };
    const labels = valuesOf(known, 'point_labels');
    const [x, y] = [item.image.width / item.frame.width, item.image.height / item.frame.height];
    const prompts = [0, 1, 2].map((i): Prompt => {
      const point = { x: points[2 * i]! * x, y: points[2 * i + 1]! * y, label: labels[i] as 0 | 1 };
      return { instance: String(i), points: [point] };
    });
    return { ...item, prompts };
  }

  it.each([
    ['maskedBoxes', 'where prompts bring masks, those of the mask embedding included', 105],
    ['singlePoints', 'where single points train all mask tokens', 107],
  ] as const)('agree in norm and largest value (%s), %s', async (variant, _, count) => {
    // What `bench/peers/decoder_gradients.py` printed.
    const reference = readFileSync(new URL('decoder-gradients.json', import.meta.url), 'utf8');
    const { terms: wantedTerms, gradients: wanted } = (
      JSON.parse(reference) as Record<
        string,
        { terms: number[]; gradients: Record<string, [norm: number, largest: number]> }
      >
    )[variant]!;
    const { terms, gradients } = await pass('sam', 'low', [0, 1, 2], variantOf(variant));
    const off = (found: number, expected: number): number => Math.abs(found - expected) / expected;
    terms.forEach((term, i) => expect(off(term, wantedTerms[i]!)).toBeLessThan(1e-4));
    const wrong = Object.entries(wanted).flatMap(([name, expected]) => {
      const [norm, , most] = summary(gradients.get(name)!);
      return [norm!, most!].some((found, i) => off(found, expected[i]!) > 1e-3)
        ? [`${name}: ${String(norm)}, ${String(most)}, not ${expected.join(', ')}`]
        : [];
    });
    expect(wrong).toEqual([]);
    expect(Object.keys(wanted)).toHaveLength(count);
  });

  it.each(['otx', 'sam'] as const)(
    'agree in norm, sum and largest value at the original resolution with the %s loss',
    async (loss) => {
      const passes = [
        await pass(loss, 'original', [0]),
        await pass(loss, 'original', [1]),
        await pass(loss, 'original', [2]),
      ];
      const sum = (values: (pass: Pass) => number): number => passes.reduce((total, one) => total + values(one), 0);
      const run = `original.${loss}`;
      expect(
        wrongTerms(
          [0, 1, 2, 3].map((i) => sum(({ terms }) => terms[i]!)),
          run,
        ),
      ).toEqual([]);

      const tensors = golden('decoder-train');
      const wrong = [...passes[0]!.gradients].flatMap(([name, first]) => {
        const total = first.map((_, i) => sum(({ gradients }) => gradients.get(name)![i]!));
        const found = summary(total);
        const expected = valuesOf(tensors, `${run}.grad.${name.slice('mask_decoder.'.length)}`);
        // A sum may cancel: it is as exact as the values that it adds up.
        const scales = [expected[0]!, expected[0]! * Math.sqrt(total.length), expected[2]!];
        const bad = scales.findIndex((scale, i) => Math.abs(found[i]! - expected[i]!) > 1e-3 * scale);
        return bad < 0 ? [] : [`${name}: ${[...found].join(', ')}, not ${[...expected].join(', ')}`];
      });
      expect(wrong).toEqual([]);
    },
    60_000,
  );
});

/** Keys' biases, whose gradient is zero but for rounding, and what belongs to the other mask tokens. */
const isWithoutGradient = (parameter: string, values: Float32Array): boolean =>
  parameter.endsWith('k_proj.bias') || values.every((value) => value === 0);

const largest = (values: Float32Array): number => values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);

/** Norm, sum, largest absolute value. */
function summary(values: Float32Array): Float32Array {
  let [square, sum] = [0, 0];
  for (const value of values) {
    square += value * value;
    sum += value;
  }
  return Float32Array.of(Math.sqrt(square), sum, largest(values));
}
