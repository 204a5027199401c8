import type { Frame, Prompt } from '@sluice/data';
import { modelErrors } from '../errors.js';
import type { Weights } from '../weights/weights.js';
import { positionEncoding } from './position-encoding.js';
import { weightOf } from './scope.js';
import { CHANNELS } from './shape.js';

/** Size of the image that prompts refer to, and how it lies in the model's frame. */
export interface PromptSpace {
  readonly image: { readonly width: number; readonly height: number };
  readonly frame: Frame;
}

/** Tokens that a prompt becomes: one a point, two a box, and one that says "no more points" where there is no box. */
export function promptTokenCount({ box, points = [] }: Prompt): number {
  return points.length + (box ? 2 : 1);
}

/**
 * SAM's prompt encoder for points and boxes, frozen and therefore computed here, not in the graph: each point or corner is its
 * position encoding (at the pixel's centre) plus the embedding of what it is. Returns `[promptTokenCount(prompt), CHANNELS]`.
 * Throws `models/EMPTY_PROMPT` where the prompt has neither box nor points.
 */
export function createPromptEncoder(weights: Weights): (prompt: Prompt, space: PromptSpace) => Float32Array {
  const encoding = positionEncoding(weights);
  const embedding = (name: string): Float32Array => weightOf(weights, `prompt_encoder.${name}.weight`).data;
  const [background, foreground, topLeft, bottomRight] = [0, 1, 2, 3].map((label) =>
    embedding(`point_embeddings.${String(label)}`),
  );
  const notAPoint = embedding('not_a_point_embed');

  return (prompt, { image, frame }) => {
    const { box, points = [] } = prompt;
    if (box === undefined && points.length === 0) throw modelErrors.EMPTY_PROMPT({ instance: prompt.instance });
    const tokens = new Float32Array(promptTokenCount(prompt) * CHANNELS);
    let used = 0;
    const next = (): Float32Array => tokens.subarray(used * CHANNELS, ++used * CHANNELS);
    const place = (x: number, y: number, kind: Float32Array): void => {
      const token = next();
      const frameX = x * (frame.width / image.width) + 0.5;
      const frameY = y * (frame.height / image.height) + 0.5;
      encoding.at(frameX / frame.size, frameY / frame.size, token);
      for (let i = 0; i < CHANNELS; i++) token[i]! += kind[i]!;
    };
    for (const { x, y, label } of points) place(x, y, label === 1 ? foreground! : background!);
    if (box) {
      place(box[0], box[1], topLeft!);
      place(box[2], box[3], bottomRight!);
    } else {
      next().set(notAPoint);
    }
    return tokens;
  };
}
