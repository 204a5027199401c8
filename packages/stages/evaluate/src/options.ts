import { choice } from '@sluice/core';
import { Type, type Static } from '@sinclair/typebox';

export const evaluateOptions = Type.Object(
  {
    subset: choice(['train', 'val', 'test'], { default: 'val', description: 'Subset to score on.' }),
    scope: choice(['epoch', 'final'], {
      default: 'epoch',
      description: '`final` shows the scores in the summary at the end of the run.',
    }),
    prompts: choice(['as-given', 'boxes', 'points', 'boxes-and-points'], {
      default: 'as-given',
      description:
        "What to ask for the instances with: the prompts that come in, each mask's tight box, its innermost point, or both one after the other, whose mean counts.",
    }),
    'if-empty': choice(['fail', 'skip'], {
      default: 'fail',
      description: 'What a subset without images does: the run fails, or nothing is scored.',
    }),
  },
  { additionalProperties: false },
);
export type EvaluateOptions = Static<typeof evaluateOptions>;
