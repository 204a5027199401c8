import { choice, nameOrPath } from '@sluice/core';
import { modelEndings, modelNames } from '@sluice/models';
import { Type, type Static } from '@sinclair/typebox';

const optimizer = Type.Object(
  {
    name: choice(['adam'], {
      default: 'adam',
      description: 'Optimiser; moments .9 and .999, epsilon 1e-8, no weight decay.',
    }),
    lr: Type.Number({ default: 2e-4, exclusiveMinimum: 0, description: 'Learning rate after warm-up.' }),
    'warmup-steps': Type.Integer({ default: 20, minimum: 0, description: 'Steps of linear warm-up.' }),
    schedule: choice(['cosine', 'constant'], {
      default: 'cosine',
      description: 'What the learning rate does after warm-up; cosine falls to zero at the last of `epochs`.',
    }),
  },
  { default: {}, additionalProperties: false, description: 'Optimiser and learning rate.' },
);

export const trainDecoderOptions = Type.Object(
  {
    model: nameOrPath(modelNames, modelEndings, {
      cacheKey: false, // it counts by its digest
      default: 'sam-tiny-vit',
      description: 'Model whose mask decoder is trained: one of the zoo (`sluice models ls`), or a checkpoint file.',
    }),
    epochs: Type.Integer({
      default: 100,
      minimum: 1,
      description: 'At most so many passes over the train subset; early stopping may end sooner.',
    }),
    'batch-size': Type.Integer({ default: 2, minimum: 1, description: 'Images in an optimiser step.' }),
    optimizer,
    loss: choice(['sam', 'otx'], {
      default: 'sam',
      description:
        '20·focal + dice + iou, with the focal term on logits (`sam`) or on probabilities as OTX takes it (`otx`).',
    }),
    resolution: choice(['low', 'original'], {
      default: 'low',
      description:
        "Where the loss is taken: on the decoder's 256x256 logits, or at each image's own size as OTX does (slower).",
    }),
    'checkpoint-every': Type.Optional(
      Type.Integer({
        minimum: 1,
        cacheKey: false,
        description:
          'Steps after which, within an epoch, a state to resume from is written; without it, one a minute. Each epoch ends with one.',
      }),
    ),
  },
  { additionalProperties: false },
);
export type TrainDecoderOptions = Static<typeof trainDecoderOptions>;
