import { defineStage } from '@sluice/core';
import { promptSampler, PromptedSampleContract, SampleContract } from '@sluice/data';
import { map } from 'rxjs';
import { samplePromptsOptions } from './options.js';

/** Says what to ask the model about each sample. The prompts of (seed, epoch, instance) never depend on order. */
export const samplePrompts = defineStage({
  type: 'sample-prompts',
  summary: 'Boxes around and points inside the masks, drawn anew each epoch, fixed for evaluation.',
  inputs: { samples: SampleContract },
  outputs: { prompts: PromptedSampleContract },
  options: samplePromptsOptions,
  create: ({ boxes, points, jitter, 'max-per-image': maxPerImage }, _services, { seed }) => {
    const prompted = promptSampler({ boxes, points, jitter, maxPerImage, seed });
    return ({ samples }) => ({ prompts: samples.pipe(map(prompted)) });
  },
});
