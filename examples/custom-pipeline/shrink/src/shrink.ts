import { defineItemStage, writeFileAtomic } from '@sluice/core';
import { IMAGE_CODEC, resizeAntialiased } from '@sluice/data';
import { Type } from '@sinclair/typebox';
import { PictureContract } from '@pictures/contracts';
import sharp from 'sharp';
import { shrunkSize } from './shrunk-size.js';

/** Writes each picture in a smaller size below `pictures/` in the run folder, and passes on where it lies. */
export const shrink = defineItemStage({
  type: 'shrink',
  summary: 'Each picture with its longest side at most so many pixels, as a PNG in the run folder.',
  inputs: { pictures: PictureContract },
  outputs: { pictures: PictureContract },
  options: Type.Object({
    longest: Type.Integer({ default: 256, minimum: 1, maximum: 8192, description: 'Longest side, in pixels.' }),
  }),
  services: { codec: IMAGE_CODEC },
  concurrency: () => 2,
  create:
    ({ longest }, { codec }, { run }) =>
    async (picture) => {
      const size = shrunkSize(picture, longest);
      const { data } = resizeAntialiased(await codec.decode(picture), size.width, size.height);
      const path = await run.path('pictures', `${picture.name}.png`);
      await writeFileAtomic(
        path,
        await sharp(data, { raw: { ...size, channels: 3 } })
          .png()
          .toBuffer(),
      );
      return { name: picture.name, path, ...size };
    },
});
