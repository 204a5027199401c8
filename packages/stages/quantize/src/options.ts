import { choice } from '@sluice/core';
import { Type, type Static } from '@sinclair/typebox';

export const quantizeOptions = Type.Object(
  {
    samples: Type.Integer({
      default: 32,
      minimum: 1,
      maximum: 1024,
      description: 'Training images to calibrate on, chosen and ordered by the seed and their keys.',
    }),
    calibrator: choice(['minmax', 'percentile', 'mse'], {
      default: 'percentile',
      description:
        "How a tensor's range is chosen: all that was seen, all but the rarest values, or the range of least squared error.",
    }),
    'max-f1-drop': Type.Number({
      default: 0.005,
      minimum: 0,
      maximum: 1,
      description: 'The gate: how far F1 on the validation images may fall below that of the float model.',
    }),
    decoder: choice(['float', 'int8', 'float16-weights'], {
      default: 'float',
      description:
        'The mask decoder: as it is, its products in INT8, or its weights stored in half precision; behind the same gate.',
    }),
    folder: Type.String({
      default: 'quantized',
      pattern: '^[A-Za-z0-9_-]{1,64}$',
      description: 'Folder inside the run folder that the files go into.',
    }),
  },
  { additionalProperties: false },
);
export type QuantizeOptions = Static<typeof quantizeOptions>;
