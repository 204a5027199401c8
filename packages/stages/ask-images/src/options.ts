import { path } from '@sluice/core';
import { Type, type Static, type TSchema } from '@sinclair/typebox';

const promptSchema = Type.Object(
  {
    box: Type.Optional(
      Type.Array(Type.Number(), { minItems: 4, maxItems: 4, description: 'x0, y0, x1, y1 in pixels.' }),
    ),
    points: Type.Optional(
      Type.Array(Type.Array(Type.Number(), { minItems: 2, maxItems: 3 }), {
        minItems: 1,
        description: 'x, y of a pixel on the object; x, y, 0 of one that does not belong to it.',
      }),
    ),
    category: Type.Optional(Type.String({ minLength: 1, description: 'What it is called in the answer.' })),
  },
  { additionalProperties: false, description: 'What one object is asked for with.' },
);

const imageOf = <T extends TSchema>(file: T) =>
  Type.Object({ file, prompts: Type.Array(promptSchema, { minItems: 1 }) }, { additionalProperties: false });

/** What a file of prompts holds; image files are named from its folder. */
export const promptsFileSchema = Type.Object({ images: Type.Array(imageOf(Type.String({ minLength: 1 }))) });

export const askImagesOptions = Type.Object(
  {
    file: Type.Optional(
      path({
        description:
          'JSON file of `images`, as the option of that name, whose `file` is a path within the folder of the JSON file.',
      }),
    ),
    images: Type.Array(imageOf(path()), {
      default: [],
      description: 'Images, each with its `file` and `prompts`, a mask for each prompt.',
    }),
  },
  { additionalProperties: false },
);
export type AskImagesOptions = Static<typeof askImagesOptions>;
export type AskedImage = AskImagesOptions['images'][number];
export type AskedPrompt = AskedImage['prompts'][number];
