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
    jitter: Type.Number({
      default: 0,
      minimum: 0,
      exclusiveMaximum: 0.5,
      description: "Moves each edge of a training box by up to this fraction of the box's side.",
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
