import { defineStage, fromPull } from '@sluice/core';
import { IMAGE_CODEC, PromptedSampleContract, SampleContract } from '@sluice/data';
import { map, share } from 'rxjs';
import { askedSample } from './asked-sample.js';
import { askImagesOptions } from './options.js';
import { readAsked } from './read-asked.js';

/** Images of one's own with boxes and points of one's own, in the place of a dataset: what `predict` answers. */
export const askImages = defineStage({
  type: 'ask-images',
  summary: 'Images with the boxes and points that are given for them, to ask a model about.',
  inputs: {},
  outputs: { samples: SampleContract, prompts: PromptedSampleContract },
  options: askImagesOptions,
  services: { codec: IMAGE_CODEC },
  light: true,
  create:
    (options, { codec }) =>
    () => {
      const prompts = fromPull(async function* () {
        for (const image of await readAsked(options)) yield await askedSample(image, codec);
      }).pipe(share());
      return { prompts, samples: prompts.pipe(map(({ sample }) => sample)) };
    },
});
