import { choice } from '@sluice/core';
import { Type, type Static } from '@sinclair/typebox';

export const overlayOptions = Type.Object(
  {
    subset: choice(['train', 'val', 'test'], { default: 'test', description: 'Subset to draw from.' }),
    count: Type.Integer({
      default: 6,
      minimum: 1,
      maximum: 1000,
      description: 'Pictures to draw: the first so many images of the subset.',
    }),
    'if-empty': choice(['fail', 'skip'], {
      default: 'fail',
      description: 'What a subset without images does: the run fails, or nothing is drawn.',
    }),
  },
  { additionalProperties: false },
);
export type OverlayOptions = Static<typeof overlayOptions>;
