import { defineStage } from '@sluice/core';
import {
  innermostPixel,
  PromptedSampleContract,
  rasterize,
  sampleDigest,
  SampleContract,
  type Prompt,
  type PromptedSample,
  type Sample,
} from '@sluice/data';
import { Type } from '@sinclair/typebox';
import { map } from 'rxjs';

/** Takes the place of `sample-prompts`: asks for each instance by the one pixel that lies deepest inside it. */
export const centerPoints = defineStage({
  type: 'center-points',
  summary: 'One point an instance, the pixel farthest from its border, in every epoch.',
  inputs: { samples: SampleContract },
  outputs: { prompts: PromptedSampleContract },
  options: Type.Object({
    'min-area': Type.Integer({ default: 1, minimum: 1, description: 'Instances with fewer pixels are not asked for.' }),
  }),
  create:
    ({ 'min-area': minArea }) =>
    ({ samples }) => ({ prompts: samples.pipe(map((sample) => promptedSample(sample, minArea))) }),
});

function promptedSample(sample: Sample, minArea: number): PromptedSample {
  let prompts: readonly Prompt[] | undefined;
  return {
    sample,
    promptsAt: () => (prompts ??= promptsOf(sample, minArea)),
    identity: () => ({ sampler: 'center-points/1', minArea, sample: sampleDigest(sample) }),
  };
}

function promptsOf({ image, instances }: Sample, minArea: number): readonly Prompt[] {
  return instances.flatMap(({ id, mask }) => {
    const pixels = rasterize(mask, image.width, image.height);
    const center = innermostPixel(pixels);
    if (center === undefined || pixels.data.reduce((area, value) => area + value, 0) < minArea) return [];
    return [{ instance: id, points: [{ ...center, label: 1 as const }] }];
  });
}
