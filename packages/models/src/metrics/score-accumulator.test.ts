import { describe, expect, it } from 'vitest';
import { confusion } from './confusion.js';
import { ScoreAccumulator } from './score-accumulator.js';

const maskOf = (...data: number[]): { width: number; height: number; data: Uint8Array } => ({
  width: data.length,
  height: 1,
  data: Uint8Array.from(data),
});

describe('confusion', () => {
  it('counts logits above 0 as the mask, so that 0 and NaN are background', () => {
    const counts = confusion(Float32Array.of(1e-9, 0, NaN, -1, 5, 5), maskOf(1, 1, 1, 0, 0, 1));
    expect(counts).toEqual({ truePositives: 2, falsePositives: 1, falseNegatives: 2 });
  });

  it('refuses logits of another size than the mask', () => {
    expect(() => confusion(new Float32Array(4), maskOf(1, 0))).toThrow("4 logits don't cover a mask of 2x1");
  });
});

describe('ScoreAccumulator', () => {
  it('is micro over all pixels and macro over instances', () => {
    const scores = new ScoreAccumulator();
    scores.add({ truePositives: 90, falsePositives: 10, falseNegatives: 0 });
    scores.add({ truePositives: 1, falsePositives: 0, falseNegatives: 9 });
    expect(scores.instances).toBe(2);
    const { f1, iou, precision, recall, f1_macro, iou_macro } = scores.scores();
    expect(f1).toBeCloseTo(182 / 201, 12);
    expect(iou).toBeCloseTo(91 / 110, 12);
    expect(precision).toBeCloseTo(91 / 101, 12);
    expect(recall).toBeCloseTo(91 / 100, 12);
    expect(f1_macro).toBeCloseTo((180 / 190 + 2 / 11) / 2, 12);
    expect(iou_macro).toBeCloseTo((0.9 + 0.1) / 2, 12);
    expect(iou).toBeCloseTo(f1 / (2 - f1), 12);
  });

  it('scores 0 where there is nothing to divide by', () => {
    const zero = { f1: 0, iou: 0, precision: 0, recall: 0, f1_macro: 0, iou_macro: 0 };
    const scores = new ScoreAccumulator();
    expect(scores.scores()).toEqual(zero);
    scores.add({ truePositives: 0, falsePositives: 0, falseNegatives: 0 });
    expect(scores.scores()).toEqual(zero);
  });
});
