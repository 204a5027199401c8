import { defineErrors } from '@sluice/core';

export const askImagesErrors = defineErrors('ask-images', {
  BAD_FILE: (d: { path: string; problem: string }) =>
    `${d.path} is no file of prompts: ${d.problem}. It is JSON such as {"images": [{"file": "a.jpg", "prompts": [{"box": [40, 60, 240, 180]}, {"points": [[120, 90]]}]}]}`,
  BAD_IMAGE: (d: { file: string; problem: string }) => `the image ${d.file} can't be asked about: ${d.problem}`,
  BAD_PROMPT: (d: { file: string; number: number; problem: string }) =>
    `prompt ${String(d.number)} of the image ${d.file} ${d.problem}`,
  NOTHING_ASKED: () => 'there is no image to ask about; give `images`, or a `file` that has some',
});
