import { Type, type Static } from '@sinclair/typebox';

export const myNameOptions = Type.Object({
  'min-instances': Type.Integer({
    default: 1,
    minimum: 0,
    description: 'Samples with fewer instances are left out.',
  }),
});

export type MyNameOptions = Static<typeof myNameOptions>;
