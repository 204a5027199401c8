import { randomOf, type Random } from '@sluice/core';
import type { Instance, Prompt, PromptedSample, Sample } from '../contracts.js';
import { dataErrors } from '../errors.js';
import { tightBox, type Box } from '../masks/bit-mask.js';
import { innermostPixel } from '../masks/innermost-pixel.js';
import { rasterize } from '../masks/rasterize.js';
import { countsOfMask } from '../masks/rle-counts.js';
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
    const shapes = lazyShapes(sample, points);
    const trainingPrompt = (shape: Shape, random: Random): Prompt => {
      const instance = shape.instance.id;
      if (!boxes || (points && isThin(shape.box))) {
        return { instance, points: [{ ...randomPixel(shape.counts!, sample.image.height, random)!, label: 1 }] };
      }
      return { instance, box: jitterBox(shape.box, jitter, sample.image.width, sample.image.height, random) };
    };
    const evaluationPrompt = (shape: Shape): Prompt => {
      const instance = shape.instance.id;
      if (!boxes || (points && isThin(shape.box))) return { instance, points: [{ ...shape.innermost!, label: 1 }] };
      return { instance, box: shape.box };
    };
    return {
      sample,
      promptsAt: (epoch) => {
        if (epoch === 'evaluation') return shapes().map(evaluationPrompt);
        const randoms = new Map(
          shapes().map((shape) => [shape, randomOf(seed, 'prompts', epoch, sample.key, shape.instance.id)]),
        );
        return choose(randoms, maxPerImage).map((shape) => trainingPrompt(shape, randoms.get(shape)!));
      },
    };
  };
}

/** What prompts need of a mask; small, so that it can be kept while the mask itself is not. */
interface Shape {
  readonly instance: Instance;
  readonly box: Box;
  /** Column-major runs, where points are asked for. */
  readonly counts?: readonly number[];
  readonly innermost?: { readonly x: number; readonly y: number };
}

/** The instances with pixels, drawn at the first call. */
function lazyShapes({ image, instances }: Sample, points: boolean): () => readonly Shape[] {
  let shapes: readonly Shape[] | undefined;
  const draw = (instance: Instance): readonly Shape[] => {
    const mask = rasterize(instance.mask, image.width, image.height);
    const box = tightBox(mask);
    if (!box) return [];
    if (!points) return [{ instance, box }];
    return [{ instance, box, counts: countsOfMask(mask), innermost: innermostPixel(mask)! }];
  };
  return () => (shapes ??= instances.flatMap(draw));
}

/** At most `limit` shapes, in their order; each draws its lot from its own stream, so that the order of instances doesn't matter. */
function choose(randoms: ReadonlyMap<Shape, Random>, limit: number): readonly Shape[] {
  const lots = [...randoms].map(([shape, random]) => ({ shape, lot: random.uniform() }));
  if (lots.length <= limit) return lots.map(({ shape }) => shape);
  const border = lots.map(({ lot }) => lot).sort((a, b) => a - b)[limit]!;
  return lots.filter(({ lot }) => lot < border).map(({ shape }) => shape);
}

/** A box whose first and last pixel are the same along an axis. */
function isThin([x0, y0, x1, y1]: Box): boolean {
  return x1 - x0 < 2 || y1 - y0 < 2;
}
