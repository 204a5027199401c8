import { defineItemStage } from '@sluice/core';
import { IMAGE_CODEC, ModelInputContract, modelInputOf, SampleContract } from '@sluice/data';
import { resizePadOptions } from './options.js';

/** Plans each image's way into the model's square frame; pixels are made where they are used, never kept on the stream. */
export const resizePad = defineItemStage({
  type: 'resize-pad',
  summary: 'Longest side to the model size by bilinear interpolation, right and bottom zero pad, normalise.',
  inputs: { samples: SampleContract },
  outputs: { images: ModelInputContract },
  options: resizePadOptions,
  services: { codec: IMAGE_CODEC },
  concurrency: () => 4,
  light: true,
  create:
    (options, { codec }) =>
    (sample) =>
      modelInputOf(sample, { ...options, codec }),
});
