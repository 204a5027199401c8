import { choice, nameOrPath } from '@sluice/core';
import { modelEndings, modelNames } from '@sluice/models';
import { Type, type Static } from '@sinclair/typebox';

export const encodeOptions = Type.Object(
  {
    model: nameOrPath(modelNames, modelEndings, {
      cacheKey: false, // it counts by its digest
      default: 'sam-tiny-vit',
      description: 'Model whose image encoder runs: one of the zoo (`sluice models ls`), or a checkpoint file.',
    }),
    precision: choice(['float32', 'float16'], {
      default: 'float32',
      description: 'How embeddings are kept on disk: 4 MiB or 2 MiB an image.',
    }),
    concurrency: Type.Integer({
      cacheKey: false,
      default: 2,
      minimum: 1,
      maximum: 64,
      description: 'Images in flight: while one is encoded, the next is read and resized.',
    }),
  },
  { additionalProperties: false },
);
export type EncodeOptions = Static<typeof encodeOptions>;
