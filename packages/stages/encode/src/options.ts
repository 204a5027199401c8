import { choice } from '@sluice/core';
import { Type, type Static } from '@sinclair/typebox';

export const encodeOptions = Type.Object(
  {
    model: choice(['sam-tiny-vit'], { default: 'sam-tiny-vit', description: 'Image encoder of the model zoo.' }),
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
