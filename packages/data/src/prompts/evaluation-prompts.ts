import type { Instance, Prompt, Sample } from '../contracts.js';
import { tightBox, type Box } from '../masks/bit-mask.js';
import { innermostPixel } from '../masks/innermost-pixel.js';
import { rasterize } from '../masks/rasterize.js';

/** What an instance is asked for with. */
export type PromptKind = 'box' | 'point';

/** The fixed prompts to score a model with, all of one kind: each depends on its mask alone. Instances whose mask has no pixel get none. */
export function evaluationPrompts(
  { image: { width, height }, instances }: Sample,
  kind: PromptKind,
): readonly Prompt[] {
  return instances.flatMap((instance) => {
    if (kind === 'point') return evaluationPoint(instance, width, height) ?? [];
    const box = tightBox(rasterize(instance.mask, width, height));
    return box ? [evaluationBox(instance, box)] : [];
  });
}

/** The mask's tight box. */
export const evaluationBox = ({ id }: Instance, box: Box): Prompt => ({ instance: id, box });

/** The mask's innermost pixel, which lies inside however the mask is bent. */
export function evaluationPoint({ id, mask }: Instance, width: number, height: number): Prompt | undefined {
  const pixel = innermostPixel(rasterize(mask, width, height));
  return pixel && { instance: id, points: [{ ...pixel, label: 1 }] };
}
