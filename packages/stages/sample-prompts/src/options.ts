import { choice } from '@sluice/core';
import { Type, type Static } from '@sinclair/typebox';

export const samplePromptsOptions = Type.Object(
  {
    boxes: Type.Boolean({
      default: true,
      description: "Ask with the tight box of each instance's mask. Has priority over points.",
    }),
    points: Type.Boolean({
      default: false,
      description:
        'Ask with a point: uniform inside the mask when training, the one farthest from the border when evaluating.',
    }),
    mix: Type.Optional(
      Type.Object(
        {
          box: Type.Number({ default: 0, minimum: 0, description: 'Share of boxes.' }),
          point: Type.Number({ default: 0, minimum: 0, description: 'Share of points.' }),
        },
        {
          additionalProperties: false,
          description:
            'Takes the place of `boxes` and `points`: each instance of an epoch draws its kind by these shares; for evaluation it draws once.',
        },
      ),
    ),
    'point-count': Type.Integer({
      default: 1,
      minimum: 1,
      maximum: 16,
      description: 'Points of a training prompt that asks with points; evaluation asks with one.',
    }),
    jitter: Type.Number({
      default: 0,
      minimum: 0,
      exclusiveMaximum: 0.5,
      description: "Moves each edge of a training box by up to this fraction of the box's side.",
    }),
    'jitter-noise': choice(['uniform', 'normal'], {
      default: 'uniform',
      description:
        '`uniform`: each move within the jitter is as likely. `normal`, as the SAM paper trains: the jitter is the standard deviation, and an edge moves by at most 20 pixels of the 1024-pixel frame.',
    }),
    'max-per-image': Type.Integer({
      default: 24,
      minimum: 1,
      description:
        'At most so many instances of an image in a training step, drawn anew each epoch. Evaluation always uses all.',
    }),
  },
  { additionalProperties: false },
);
export type SamplePromptsOptions = Static<typeof samplePromptsOptions>;
