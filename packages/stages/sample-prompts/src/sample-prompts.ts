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
  create: ({ boxes, points, jitter, 'max-per-image': maxPerImage }, _services, { seed }) =>
    promptSampler({ boxes, points, jitter, maxPerImage, seed }),
});
