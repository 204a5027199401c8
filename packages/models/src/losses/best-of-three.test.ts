import { describe, expect, it } from 'vitest';
import { gradients } from '../autodiff/backward.js';
import { GraphBuilder } from '../graph/graph-builder.js';
import { finiteDifferences } from '../testing/finite-differences.js';
import { interpret } from '../testing/reference.js';
import { bestOfThreeLoss } from './best-of-three.js';
import { maskLoss, type LossKind } from './mask-loss.js';
import type { PixelSpace } from './pixel-space.js';

const [PROMPTS, MASKS, PIXELS] = [2, 4, 6];
const target = [1, 1, 0, 0, 1, 0];
const noise = (seed: number, length: number) => Array.from({ length }, (_, i) => 2 * Math.sin(12.9 * i + seed));
const sound = {
  logits: noise(1, PROMPTS * MASKS * PIXELS),
  targets: Array.from({ length: PROMPTS * MASKS }, () => target).flat(),
  iou: noise(2, PROMPTS * MASKS),
  weights: [0.5, 0.25],
};
type Feeds = typeof sound;

function graphOf(lossOf: typeof maskLoss, kind: LossKind, masks: number, prompts: number) {
  const builder = new GraphBuilder();
  const logits = builder.input('logits', [masks, 2, 3]);
  const targets = builder.input('targets', [masks, 2, 3]);
  const space: PixelSpace = { builder, logits, targets, share: builder.constant(1 / PIXELS) };
  const iou = builder.input('iou', [masks]);
  const terms = lossOf(kind, space, iou, builder.input('weights', [prompts]));
  const found = gradients(builder, terms.loss, [logits, iou]);
  return builder.build({ ...terms, dLogits: found.get(logits)!, dIou: found.get(iou)! });
}
const both = (kind: LossKind, feeds: Feeds) =>
  interpret(graphOf(bestOfThreeLoss, kind, PROMPTS * MASKS, PROMPTS), feeds);
const one = (kind: LossKind, { logits, iou }: Feeds, mask: number) => {
  const graph = graphOf(maskLoss, kind, 1, 1);
  const feeds = {
    logits: logits.slice(mask * PIXELS, (mask + 1) * PIXELS),
    targets: target,
    iou: [iou[mask]!],
    weights: [1],
  };
  const { focal, dice, iou: error } = interpret(graph, feeds);
  return { focal: focal![0]!, dice: dice![0]!, iou: error![0]! };
};

describe.each(['sam', 'otx'] as const)('the loss of the best of three masks, %s', (kind) => {
  it('is half the first token’s and half the least of the others, whose predicted IoUs all count', () => {
    const wanted = { focal: 0, dice: 0, iou: 0 };
    for (let prompt = 0; prompt < PROMPTS; prompt++) {
      const [first, ...three] = [0, 1, 2, 3].map((mask) => one(kind, sound, prompt * MASKS + mask));
      const best = three.sort((a, b) => 20 * a.focal + a.dice - (20 * b.focal + b.dice))[0]!;
      const half = sound.weights[prompt]! / 2;
      wanted.focal += half * (first!.focal + best.focal);
      wanted.dice += half * (first!.dice + best.dice);
      wanted.iou += half * (first!.iou + three.reduce((sum, { iou }) => sum + iou / 3, 0));
    }
    const found = both(kind, sound);
    for (const [term, value] of Object.entries(wanted)) expect(found[term]![0], term).toBeCloseTo(value, 10);
    expect(found['loss']![0]).toBeCloseTo(20 * wanted.focal + wanted.dice + wanted.iou, 10);
  });

  it('has the gradient of finite differences, none in masks that are not best', () => {
    const found = both(kind, sound);
    for (const [input, gradient] of [
      ['logits', found['dLogits']!],
      ['iou', found['dIou']!],
    ] as const) {
      const values = Float64Array.from(sound[input]);
      const slopes = finiteDifferences(() => both(kind, { ...sound, [input]: values as never })['loss']![0]!, values);
      slopes.forEach((slope, i) => expect(gradient[i], `${input} ${String(i)}`).toBeCloseTo(slope, 7));
    }
    const isUsed = Array.from({ length: PROMPTS * MASKS }, (_, mask) =>
      found['dLogits']!.subarray(mask * PIXELS, (mask + 1) * PIXELS).some((value) => value !== 0),
    );
    for (let prompt = 0; prompt < PROMPTS; prompt++) {
      const [first, ...three] = isUsed.slice(prompt * MASKS, (prompt + 1) * MASKS);
      expect(first).toBe(true);
      expect(three.filter(Boolean)).toHaveLength(1);
    }
  });

  it('is shared by equally good ones', () => {
    const same = sound.logits.map((_, i) => sound.logits[i % PIXELS]!);
    const { dLogits, focal, dice } = both(kind, { ...sound, logits: same });
    const alone = one(kind, sound, 0);
    expect(focal![0]).toBeCloseTo(0.75 * alone.focal, 10);
    expect(dice![0]).toBeCloseTo(0.75 * alone.dice, 10);
    for (let i = 0; i < PIXELS; i++) expect(dLogits![PIXELS + i]).toBeCloseTo(dLogits![i]! / 3, 10);
  });

  it('is no number where a mask is none, so that the step is left out', () => {
    const broken = [...sound.logits];
    broken[2 * PIXELS] = Number.NaN;
    expect(both(kind, { ...sound, logits: broken })['loss']![0]).toBeNaN();
  });
});
