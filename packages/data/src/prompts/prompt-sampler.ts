import { randomOf, type Random } from '@sluice/core';
import type { Instance, Prompt, PromptedSample, Sample } from '../contracts.js';
import { dataErrors } from '../errors.js';
import { tightBox, type Box } from '../masks/bit-mask.js';
import { innermostPixel } from '../masks/innermost-pixel.js';
import { rasterize } from '../masks/rasterize.js';
import { rowRuns } from '../masks/row-runs.js';
import { sampleDigest } from '../samples/sample-digest.js';
import { jitterBox } from './jitter-box.js';
import { randomPixel } from './random-pixel.js';

export interface PromptOptions {
  /** Ask by the mask's tight box. @default true */
  readonly boxes?: boolean;
  /** Ask by a point in the mask. With boxes, too: only for masks one pixel thin, whose box says little. @default false */
  readonly points?: boolean;
  /** Training: each edge moves by up to this share of the box's side, in [0, 0.5). @default 0 */
  readonly jitter?: number;
  /** Training: at most this many instances of an image in an epoch, drawn anew each epoch. @default all */
  readonly maxPerImage?: number;
  readonly seed: number;
}

/**
 * Makes prompts for a sample's instances. A training prompt depends on (seed, epoch, sample, instance) alone, an evaluation prompt on the mask alone.
 * Instances whose mask has no pixel get none.
 */
export function promptSampler(options: PromptOptions): (sample: Sample) => PromptedSample {
  const { boxes = true, points = false, jitter = 0, maxPerImage = Infinity, seed } = options;
  if (!boxes && !points) throw dataErrors.PROMPT_KIND({});
  if (!(jitter >= 0 && jitter < 0.5)) throw dataErrors.PROMPT_JITTER({ jitter });
  if (!(maxPerImage >= 1)) throw dataErrors.PROMPT_LIMIT({ maxPerImage });

  return (sample) => {
    const { image } = sample;
    const masks = lazyMasks(sample, points);
    const needsPoint = ({ box }: SmallMask): boolean => !boxes || (points && isThin(box));

    const trainingPrompt = (mask: SmallMask, random: Random): Prompt => {
      const instance = mask.instance.id;
      if (needsPoint(mask)) return { instance, points: [{ ...randomPixel(mask.runs, image.width, random), label: 1 }] };
      return { instance, box: jitterBox(mask.box, jitter, image.width, image.height, random) };
    };
    const evaluationPrompt = (mask: SmallMask): Prompt => {
      const instance = mask.instance.id;
      if (!needsPoint(mask)) return { instance, box: mask.box };
      return {
        instance,
        points: [{ ...innermostPixel(rasterize(mask.instance.mask, image.width, image.height))!, label: 1 }],
      };
    };
    return {
      sample,
      promptsAt: (epoch) => {
        if (epoch === 'evaluation') return masks().map(evaluationPrompt);
        const lots = masks().map((mask) => {
          const random = randomOf(seed, 'prompts', epoch, sample.key, mask.instance.id);
          return { mask, random, lot: random.uniform() };
        });
        return lowest(lots, maxPerImage).map(({ mask, random }) => trainingPrompt(mask, random));
      },
      identity: () => {
        const limit = maxPerImage === Infinity ? 'all' : maxPerImage;
        return { sampler: 'sluice/1', boxes, points, jitter, maxPerImage: limit, seed, sample: sampleDigest(sample) };
      },
    };
  };
}

/** What prompts need of a mask; small, so that it can be kept while the mask itself is not. */
interface SmallMask {
  readonly instance: Instance;
  readonly box: Box;
  /** The set pixels, where points are asked for; else nothing. */
  readonly runs: Uint32Array;
}

/** The instances that have pixels, drawn at the first call. */
function lazyMasks({ image, instances }: Sample, points: boolean): () => readonly SmallMask[] {
  let masks: readonly SmallMask[] | undefined;
  const draw = (instance: Instance): readonly SmallMask[] => {
    const mask = rasterize(instance.mask, image.width, image.height);
    const box = tightBox(mask);
    return box ? [{ instance, box, runs: points ? rowRuns(mask) : new Uint32Array() }] : [];
  };
  return () => (masks ??= instances.flatMap(draw));
}

/** The `limit` lowest lots, in their order. Each instance draws its lot from its own stream, so the choice doesn't depend on their order. */
function lowest<T extends { readonly lot: number }>(lots: readonly T[], limit: number): readonly T[] {
  if (lots.length <= limit) return lots;
  const border = lots.map(({ lot }) => lot).sort((a, b) => a - b)[limit]!;
  return lots.filter(({ lot }) => lot < border);
}

/** A box whose first and last pixel are the same along an axis. */
function isThin([x0, y0, x1, y1]: Box): boolean {
  return x1 - x0 < 2 || y1 - y0 < 2;
}
