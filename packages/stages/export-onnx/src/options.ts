import { Type } from '@sinclair/typebox';

export const exportOnnxOptions = Type.Object(
  {
    folder: Type.String({
      default: 'models',
      pattern: '^[A-Za-z0-9_-]{1,64}$',
      description: 'Folder inside the run folder that the files go into.',
    }),
  },
  { additionalProperties: false },
);
