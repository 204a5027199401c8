import { defineItemStage } from '@sluice/core';
import { ModelInputContract, modelInputOf, SampleContract } from '@sluice/data';
import { resizePadOptions } from './options.js';

/** Plans each image's way into the model's square frame; pixels are made where they are used, never kept on the stream. */
export const resizePad = defineItemStage({
  type: 'resize-pad',
  summary: 'Longest side to the model size by bilinear interpolation, right and bottom zero pad, normalise.',
  inputs: { samples: SampleContract },
  outputs: { images: ModelInputContract },
  options: resizePadOptions,
  concurrency: () => 4,
  light: true,
  create: (options) => (sample) => modelInputOf(sample, options),
});
