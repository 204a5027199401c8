import { nameOrPath, path } from '@sluice/core';
import { modelEndings, modelNames } from '@sluice/models';
import { Type, type Static } from '@sinclair/typebox';

export const loadCheckpointOptions = Type.Object(
  {
    path: path({
      description:
        "File with the decoder: of a run's folder, one of `checkpoints` or `models/decoder.onnx`; or any checkpoint with SAM's names (.safetensors, .pt, .pth).",
    }),
    model: nameOrPath(modelNames, modelEndings, {
      default: 'sam-tiny-vit',
      description: 'Model that it was fine-tuned from: one of the zoo (`sluice models ls`), or a checkpoint file.',
    }),
  },
  { additionalProperties: false },
);
export type LoadCheckpointOptions = Static<typeof loadCheckpointOptions>;
