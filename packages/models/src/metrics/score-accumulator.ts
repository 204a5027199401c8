import type { MetricScores } from '../contracts.js';
import type { Confusion } from './confusion.js';

/**
 * Gathers instances' pixel counts into scores: micro over all pixels of all instances, macro as the mean over instances.
 * A ratio of nothing to nothing counts as 0, as in torchmetrics.
 */
export class ScoreAccumulator {
  #truePositives = 0;
  #falsePositives = 0;
  #falseNegatives = 0;
  #f1Sum = 0;
  #iouSum = 0;
  #instances = 0;

  get instances(): number {
    return this.#instances;
  }

  add(instance: Confusion): void {
    this.#truePositives += instance.truePositives;
    this.#falsePositives += instance.falsePositives;
    this.#falseNegatives += instance.falseNegatives;
    this.#f1Sum += f1Of(instance);
    this.#iouSum += iouOf(instance);
    this.#instances += 1;
  }

  scores(): MetricScores {
    const all: Confusion = {
      truePositives: this.#truePositives,
      falsePositives: this.#falsePositives,
      falseNegatives: this.#falseNegatives,
    };
    return {
      f1: f1Of(all),
      iou: iouOf(all),
      precision: ratio(all.truePositives, all.truePositives + all.falsePositives),
      recall: ratio(all.truePositives, all.truePositives + all.falseNegatives),
      f1_macro: ratio(this.#f1Sum, this.#instances),
      iou_macro: ratio(this.#iouSum, this.#instances),
    };
  }
}

/** F1 (equal to Dice) of one mask. */
function f1Of({ truePositives, falsePositives, falseNegatives }: Confusion): number {
  return ratio(2 * truePositives, 2 * truePositives + falsePositives + falseNegatives);
}

/** Intersection over union of one mask. */
function iouOf({ truePositives, falsePositives, falseNegatives }: Confusion): number {
  return ratio(truePositives, truePositives + falsePositives + falseNegatives);
}

const ratio = (part: number, whole: number): number => (whole === 0 ? 0 : part / whole);
