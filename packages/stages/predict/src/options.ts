import { choice } from '@sluice/core';
import { Type, type Static } from '@sinclair/typebox';

export const predictOptions = Type.Object(
  {
    subset: choice(['train', 'val', 'test'], { default: 'test', description: 'Subset whose prompts are answered.' }),
    pictures: Type.Integer({
      default: 20,
      minimum: 0,
      description: 'Pictures to draw: the first so many images of the subset, with the masks over them.',
    }),
    'if-empty': choice(['fail', 'skip'], {
      default: 'fail',
      description: 'What a subset without images does: the run fails, or nothing is written.',
    }),
  },
  { additionalProperties: false },
);
export type PredictOptions = Static<typeof predictOptions>;
