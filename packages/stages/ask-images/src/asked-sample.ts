import { canonicalDigest } from '@sluice/core';
import {
  sampleDigest,
  type ImageCodec,
  type Instance,
  type Prompt,
  type PromptedSample,
  type Sample,
} from '@sluice/data';
import { askImagesErrors } from './errors.js';
import type { AskedPrompt } from './options.js';
import type { NamedImage } from './read-asked.js';

/**
 * An image as a sample of the subset `test`, with its prompts as they were given: the same in every epoch. Its instances are what is asked for,
 * numbered from 1; the mask of one is its box, or the pixel of its first point. Throws `ask-images/BAD_IMAGE` and `ask-images/BAD_PROMPT`.
 */
export async function askedSample(
  { id, file, prompts }: NamedImage,
  codec: Pick<ImageCodec, 'size'>,
): Promise<PromptedSample> {
  const stored = await codec.size(file);
  if (stored === undefined)
    throw askImagesErrors.BAD_IMAGE({ file, problem: 'there is no such file, or it is no picture' });
  // As it is shown: turned where its EXIF orientation says so.
  const [width, height] = stored.isTurned ? [stored.height, stored.width] : [stored.width, stored.height];
  const asked = prompts.map((prompt, i) => {
    const refuse = (problem: string): Error => askImagesErrors.BAD_PROMPT({ file, number: i + 1, problem });
    return {
      category: prompt.category ?? 'object',
      prompt: promptOf(String(i + 1), prompt, { width, height }, refuse),
    };
  });
  const sample: Sample = {
    ...{ key: `test/${id}`, id, subset: 'test', image: { path: file, width, height } },
    instances: asked.map(({ category, prompt }) => ({ id: prompt.instance, category, mask: maskOf(prompt) })),
  };
  const given = asked.map(({ prompt }) => prompt);
  return {
    sample,
    promptsAt: () => given,
    identity: () => ({ sampler: 'given/1', prompts: canonicalDigest(given), sample: sampleDigest(sample) }),
  };
}

function promptOf(
  instance: string,
  { box, points = [] }: AskedPrompt,
  { width, height }: { readonly width: number; readonly height: number },
  refuse: (problem: string) => Error,
): Prompt {
  const size = `the image is ${String(width)}x${String(height)}`;
  const labelled = points.map(([x, y, label = 1]) => {
    const isInside = x! >= 0 && x! < width && y! >= 0 && y! < height;
    if (!isInside) throw refuse(`has the point ${String(x)},${String(y)} beside the image: ${size}`);
    if (label !== 0 && label !== 1)
      throw refuse(
        `has a point whose third number is ${String(label)}; 1 says that it is on the object, 0 that it is not`,
      );
    return { x: x!, y: y!, label } as const;
  });
  if (box === undefined) {
    if (!labelled.some(({ label }) => label === 1))
      throw refuse('has neither a box nor a point on the object; give it one');
    return { instance, points: labelled };
  }
  const [x0, y0, x1, y1] = box as [number, number, number, number];
  if (x0 >= x1 || y0 >= y1)
    throw refuse(
      `has the box ${box.join(',')}, which is empty; it goes from its upper left corner to its lower right one`,
    );
  if (x0 < 0 || y0 < 0 || x1 > width || y1 > height)
    throw refuse(`has the box ${box.join(',')}, which leads out of the image: ${size}`);
  return { instance, box: [x0, y0, x1, y1], ...(labelled.length > 0 && { points: labelled }) };
}

function maskOf({ box, points = [] }: Prompt): Instance['mask'] {
  const { x, y } = points.find(({ label }) => label === 1) ?? { x: 0, y: 0 };
  const [x0, y0, x1, y1] = box ?? [Math.floor(x), Math.floor(y), Math.floor(x) + 1, Math.floor(y) + 1];
  return { kind: 'polygons', rings: [[x0, y0, x1, y0, x1, y1, x0, y1]] };
}
