import { choice, path } from '@sluice/core';
import { Type, type Static } from '@sinclair/typebox';

const subsetNames = (names: readonly string[], description: string) =>
  Type.Array(Type.String({ minLength: 1 }), { default: [...names], description });

export const ingestOptions = Type.Object(
  {
    format: choice(['auto', 'coco', 'voc-instance', 'voc-semantic', 'common-semantic-segmentation', 'datumaro'], {
      default: 'auto',
      description: 'Dataset format; `auto` looks and says what it found.',
    }),
    root: path({
      description:
        "Folder of the dataset; nothing outside it is ever opened. Or a zip or tar archive of it, which is unpacked into the run's folder.",
    }),
    subsets: Type.Object(
      {
        train: subsetNames(['train', 'train2017', 'training'], "The dataset's subsets to train on."),
        val: subsetNames(['val', 'val2017', 'valid', 'validation'], "The dataset's subsets to validate on."),
        test: subsetNames(['test', 'test2017', 'testing'], "The dataset's subsets to test on."),
      },
      {
        default: {},
        additionalProperties: false,
        description: "Which of the dataset's subsets serve for what; others are skipped and counted.",
      },
    ),
    instances: choice(['auto', 'objects', 'classes', 'components'], {
      default: 'auto',
      description:
        'What an instance is in datasets of mask images: an object with a number of its own, a class of an image, or a connected region of a class; `auto` leaves it to the format.',
    }),
    rules: choice(['sluice', 'datumaro'], {
      default: 'sluice',
      description:
        'What counts as an instance: all parts of an object together, without crowds, background and void; or as Datumaro counts: each polygon by itself, and all of those.',
    }),
    boxes: choice(['skip', 'use'], {
      default: 'skip',
      description:
        'COCO annotations that are a box and no mask: skipped, or taken as filled boxes, to ask a model for what is in them. Not to train or score on.',
    }),
    'image-prefix': Type.Optional(
      Type.String({ description: 'Common Semantic Segmentation: start of image names that is no part of ids.' }),
    ),
    'mask-prefix': Type.Optional(Type.String({ description: 'The same of mask names.' })),
    flips: Type.Array(choice(['horizontal', 'vertical', 'both'], { description: 'A mirror image.' }), {
      default: [],
      uniqueItems: true,
      description:
        'Mirror images to train with: each image of the train subset comes again, once for each of these, with its masks. Others are never mirrored.',
    }),
    'on-bad-item': choice(['skip', 'fail'], {
      default: 'skip',
      description: 'What a broken image or annotation does: skipped and counted, or the run fails.',
    }),
  },
  { additionalProperties: false },
);
export type IngestOptions = Static<typeof ingestOptions>;
