import { randomOf, type Random } from '@sluice/core';
import type { Instance, Prompt, PromptedSample, Sample } from '../contracts.js';
import { dataErrors } from '../errors.js';
import { tightBox, type Box } from '../masks/bit-mask.js';
import { rasterize } from '../masks/rasterize.js';
import { rowRuns } from '../masks/row-runs.js';
import { sampleDigest } from '../samples/sample-digest.js';
import { evaluationBox, evaluationPoint } from './evaluation-prompts.js';
import { jitterBox, type JitterNoise } from './jitter-box.js';
import { randomPixel } from './random-pixel.js';

export interface PromptOptions {
  /** Ask by the mask's tight box. @default true */
  readonly boxes?: boolean;
  /** Ask by a point in the mask. With boxes, too: only for masks one pixel thin, whose box says little. @default false */
  readonly points?: boolean;
  /** Draw each instance's kind, in each epoch anew, by these shares; then `boxes` and `points` are not asked. @default none */
  readonly mix?: PromptMix;
  /** Training: points of a prompt that asks by points. @default 1 */
  readonly pointCount?: number;
  /** Training: how far edges move, as a share of the box's side in [0, 0.5). @default 0 */
  readonly jitter?: number;
  /** Training: what the jitter is the measure of. @default 'uniform' */
  readonly noise?: JitterNoise;
  /** Training: at most this many instances of an image in an epoch, drawn anew each epoch. @default all */
  readonly maxPerImage?: number;
  readonly seed: number;
}

/** How often to ask by a box and by a point, in relation to each other. */
export interface PromptMix {
  readonly box: number;
  readonly point: number;
}

/**
 * Makes prompts for a sample's instances. A training prompt depends on (seed, epoch, sample, instance) alone, an evaluation prompt on the
 * mask alone; with a mix, its kind on (seed, sample, instance). Instances whose mask has no pixel get none.
 */
export function promptSampler(options: PromptOptions): (sample: Sample) => PromptedSample {
  const { boxes = true, points = false, mix, pointCount = 1, jitter = 0, noise = 'uniform', seed } = options;
  const { maxPerImage = Infinity } = options;
  refuse(options);
  const asksByPoints = mix ? mix.point > 0 : points;

  return (sample) => {
    const { image } = sample;
    const masks = lazyMasks(sample, asksByPoints);
    /** Draws from `random` where there is a mix. */
    const needsPoint = ({ box }: SmallMask, random: () => Random): boolean => {
      if (mix) {
        const drawn = random().uniform() * (mix.box + mix.point) >= mix.box;
        return drawn || (asksByPoints && isThin(box));
      }
      return !boxes || (points && isThin(box));
    };
    const randomAt = (when: number | 'evaluation', { instance }: SmallMask): Random =>
      randomOf(seed, 'prompts', when, sample.key, instance.id);

    const trainingPrompt = (mask: SmallMask, random: Random): Prompt => {
      const instance = mask.instance.id;
      if (!needsPoint(mask, () => random)) {
        return { instance, box: jitterBox(mask.box, { jitter, noise }, image.width, image.height, random) };
      }
      const point = () => ({ ...randomPixel(mask.runs, image.width, random), label: 1 as const });
      return { instance, points: Array.from({ length: pointCount }, point) };
    };
    const evaluationPrompt = (mask: SmallMask): Prompt =>
      needsPoint(mask, () => randomAt('evaluation', mask))
        ? evaluationPoint(mask.instance, image.width, image.height)!
        : evaluationBox(mask.instance, mask.box);
    return {
      sample,
      promptsAt: (epoch) => {
        if (epoch === 'evaluation') return masks().map(evaluationPrompt);
        const lots = masks().map((mask) => {
          const random = randomAt(epoch, mask);
          return { mask, random, lot: random.uniform() };
        });
        return lowest(lots, maxPerImage).map(({ mask, random }) => trainingPrompt(mask, random));
      },
      identity: () => {
        const limit = maxPerImage === Infinity ? 'all' : maxPerImage;
        const kinds = mix ? { box: mix.box, point: mix.point } : { boxes, points };
        const rare = { ...(pointCount !== 1 && { pointCount }), ...(noise !== 'uniform' && { noise }) };
        const sampled = { ...kinds, ...rare, jitter, maxPerImage: limit, seed };
        return { sampler: 'sluice/1', ...sampled, sample: sampleDigest(sample) };
      },
    };
  };
}

/** Refuses options that ask for nothing, or for what cannot be drawn. */
function refuse({
  boxes = true,
  points = false,
  mix,
  pointCount = 1,
  jitter = 0,
  maxPerImage = 1,
}: PromptOptions): void {
  if (mix ? !isMix(mix) : !boxes && !points) throw dataErrors.PROMPT_KIND({ ...(mix && { mix }) });
  if (!(Number.isInteger(pointCount) && pointCount >= 1)) throw dataErrors.PROMPT_POINTS({ pointCount });
  if (!(jitter >= 0 && jitter < 0.5)) throw dataErrors.PROMPT_JITTER({ jitter });
  if (!(maxPerImage >= 1)) throw dataErrors.PROMPT_LIMIT({ maxPerImage });
}

const isMix = ({ box, point }: PromptMix): boolean =>
  box >= 0 && point >= 0 && box + point > 0 && box + point < Infinity;

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
