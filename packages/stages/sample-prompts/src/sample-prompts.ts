import { defineItemStage } from '@sluice/core';
import { promptSampler, PromptedSampleContract, SampleContract } from '@sluice/data';
import { samplePromptsOptions } from './options.js';

/** Says what to ask the model about each sample. The prompts of (seed, epoch, instance) never depend on order. */
export const samplePrompts = defineItemStage({
  type: 'sample-prompts',
  summary: 'Boxes around and points inside the masks, drawn anew each epoch, fixed for evaluation.',
  inputs: { samples: SampleContract },
  outputs: { prompts: PromptedSampleContract },
  options: samplePromptsOptions,
  light: true,
  create: (options, _services, { seed }) => {
    const { boxes, points, mix, jitter, 'jitter-noise': noise } = options;
    const { 'point-count': pointCount, 'max-per-image': maxPerImage } = options;
    return promptSampler({ boxes, points, ...(mix && { mix }), pointCount, jitter, noise, maxPerImage, seed });
  },
});
