import { defineItemStage } from '@sluice/core';
import { IMAGE_CODEC } from '@sluice/data';
import { Type } from '@sinclair/typebox';
import { PictureContract, StatisticsContract } from '@pictures/contracts';
import { measure } from './measure.js';

/** Measures each picture. */
export const statistics = defineItemStage({
  type: 'statistics',
  summary: 'Mean colour and contrast of each picture.',
  inputs: { pictures: PictureContract },
  outputs: { statistics: StatisticsContract },
  options: Type.Object({}),
  services: { codec: IMAGE_CODEC },
  concurrency: () => 2,
  create:
    (_options, { codec }) =>
    async (picture) => {
      const { name, width, height } = picture;
      return { name, width, height, ...measure(await codec.decode(picture)) };
    },
});
