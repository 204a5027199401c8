import { choice } from '@sluice/core';
import { Type, type Static } from '@sinclair/typebox';

export const resizePadOptions = Type.Object(
  {
    size: Type.Integer({
      default: 1024,
      minimum: 64,
      maximum: 4096,
      description: "Side of the model's square input, in pixels.",
    }),
    mode: choice(['sam', 'otx'], {
      default: 'sam',
      description:
        "`sam`: as Meta's SAM (antialiased bilinear, normalise, then pad with zeros). `otx`: as OpenVINO Training Extensions (bilinear without antialias, pad with black, then normalise).",
    }),
  },
  { additionalProperties: false },
);
export type ResizePadOptions = Static<typeof resizePadOptions>;
