import { choice } from '@sluice/core';
import { Type, type Static } from '@sinclair/typebox';

export const earlyStopOptions = Type.Object(
  {
    monitor: choice(['f1', 'iou', 'precision', 'recall', 'f1_macro', 'iou_macro', 'loss'], {
      default: 'f1',
      description: 'Score to watch; `loss` is the mean training loss since the checkpoint before.',
    }),
    mode: Type.Optional(
      choice(['max', 'min'], {
        description: 'Whether more or less of it is better; without it, less of `loss` and more of all else.',
      }),
    ),
    patience: Type.Integer({
      default: 5,
      minimum: 1,
      description: 'Evaluations without improvement before training stops.',
    }),
    'min-delta': Type.Number({
      default: 0.001,
      minimum: 0,
      description: 'Smallest change that counts as an improvement.',
    }),
    tolerance: Type.Number({
      default: 0,
      minimum: 0,
      description:
        'Scores within so much of the best one count as equal to it: the latest of these checkpoints is passed on, which has learnt longest, at the lowest rate; none that is worse than the untouched model.',
    }),
    'warmup-epochs': Type.Integer({ default: 3, minimum: 0, description: 'No stop before so many epochs ...' }),
    'warmup-steps': Type.Integer({
      default: 30,
      minimum: 0,
      description: '... and so many optimiser steps, whichever is later.',
    }),
  },
  { additionalProperties: false },
);
export type EarlyStopOptions = Static<typeof earlyStopOptions>;
