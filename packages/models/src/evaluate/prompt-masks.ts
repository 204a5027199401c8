import { rasterize, type BitMask, type Prompt, type PromptedSample } from '@sluice/data';
import { modelErrors } from '../errors.js';

/**
 * The true masks that prompts ask for, one each, at the image's size. Throws `models/UNKNOWN_INSTANCE` for a prompt of an instance that its
 * sample does not have.
 */
export function promptMasks(
  { sample }: Pick<PromptedSample, 'sample'>,
  prompts: readonly Prompt[],
  { width, height }: { readonly width: number; readonly height: number },
): readonly BitMask[] {
  const maskOf = new Map(sample.instances.map(({ id, mask }) => [id, mask]));
  return prompts.map(({ instance }) => {
    const mask = maskOf.get(instance);
    if (mask === undefined) throw modelErrors.UNKNOWN_INSTANCE({ key: sample.key, instance });
    return rasterize(mask, width, height);
  });
}
