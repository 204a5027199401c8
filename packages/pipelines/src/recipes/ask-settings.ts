import { existingPath } from './existing-path.js';

/** Images and prompts as the command line gives them. */
export interface AskOptions {
  /** A file of images with their prompts. */
  readonly prompts?: string;
  /** An image, with the boxes and points to ask about: an object each. */
  readonly image?: string;
  readonly boxes: readonly (readonly number[])[];
  /** Points of each object. */
  readonly points: readonly (readonly (readonly number[])[])[];
}

/** The options of the recipe's stage `ask`, as paths and values for `--set`. Throws `pipelines/DATA_ROOT` where a file is missing. */
export function askSettings({
  prompts,
  image,
  boxes,
  points,
}: AskOptions): readonly (readonly [string, string | readonly object[]])[] {
  if (prompts !== undefined) return [['stages.ask.with.file', existingPath(prompts, '--prompts')]];
  const asked = [...boxes.map((box) => ({ box })), ...points.map((each) => ({ points: each }))];
  return image === undefined
    ? []
    : [['stages.ask.with.images', [{ file: existingPath(image, '--image'), prompts: asked }]]];
}
