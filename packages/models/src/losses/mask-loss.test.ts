import { describe, expect, it } from 'vitest';
import { GraphBuilder } from '../graph/graph-builder.js';
import { interpret } from '../testing/reference.js';
import { maskLoss, type LossKind } from './mask-loss.js';
import { PADDING_LOGIT, type PixelSpace } from './pixel-space.js';

const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x));
const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);

/** The loss by its definition, mask by mask: `logits` and `targets` of the pixels that count. */
function expected(
  kind: LossKind,
  masks: readonly { logits: number[]; targets: number[]; iou: number; weight: number }[],
) {
  const terms = masks.map(({ logits, targets, iou, weight }) => {
    const p = logits.map(sigmoid);
    const focal = p.map((q, i) => {
      const t = targets[i]!;
      const logit = kind === 'otx' ? q : logits[i]!;
      const crossEntropy = Math.log1p(Math.exp(-Math.abs(logit))) + Math.max(logit, 0) - logit * t;
      const [pt, alpha] = t === 1 ? [q, 0.25] : [1 - q, 0.75];
      return alpha * (1 - pt) ** 2 * crossEntropy;
    });
    const overlap = sum(p.map((q, i) => q * targets[i]!));
    const found = logits.map((x) => Number(x > 0));
    const both = sum(found.map((f, i) => f * targets[i]!));
    const trueIou = both / (sum(found) + sum(targets) - both + 1e-7);
    return {
      focal: (weight * sum(focal)) / p.length,
      dice: weight * (1 - (2 * overlap + 1) / (sum(p) + sum(targets) + 1)),
      iou: weight * (iou - trueIou) ** 2,
    };
  });
  const [focal, dice, iou] = (['focal', 'dice', 'iou'] as const).map((term) => sum(terms.map((one) => one[term])));
  return { loss: 20 * focal! + dice! + iou!, focal, dice, iou };
}

const masks = [
  { logits: [-3, -0.5, 2, 0.25, -8, 9], targets: [0, 1, 1, 0, 1, 0], iou: 0.7, weight: 0.5 },
  { logits: [1, 2, 3, -1, -2, -3], targets: [1, 1, 1, 0, 0, 0], iou: 0.9, weight: 0.25 },
];

describe.each(['sam', 'otx'] as const)('the %s loss', (kind) => {
  /** Two masks of 2x3 pixels, with `padding` columns of pixels that must not count. */
  function computed(padding: number): Record<string, number> {
    const builder = new GraphBuilder();
    const shape = [2, 2, 3 + padding];
    const space: PixelSpace = {
      builder,
      logits: builder.input('logits', shape),
      targets: builder.input('targets', shape),
      share: builder.constant(1 / 6),
    };
    const loss = maskLoss(kind, space, builder.input('iou', [2]), builder.input('weights', [2]));
    const padded = (rows: readonly number[], fill: number): number[] =>
      [rows.slice(0, 3), rows.slice(3)].flatMap((row) => [...row, ...new Array<number>(padding).fill(fill)]);
    const results = interpret(builder.build({ ...loss }), {
      logits: masks.flatMap(({ logits }) => padded(logits, PADDING_LOGIT)),
      targets: masks.flatMap(({ targets }) => padded(targets, 0)),
      iou: masks.map(({ iou }) => iou),
      weights: masks.map(({ weight }) => weight),
    });
    return Object.fromEntries(Object.entries(results).map(([name, [value]]) => [name, value!]));
  }

  it.each([0, 2])('is what its terms say, with %i columns of padding', (padding) => {
    const wanted = expected(kind, masks);
    const found = computed(padding);
    for (const [term, value] of Object.entries(wanted)) expect(found[term], term).toBeCloseTo(value!, 9);
  });
});
