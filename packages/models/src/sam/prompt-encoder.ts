import type { Frame, Prompt } from '@sluice/data';
import { modelErrors } from '../errors.js';
import type { Weights } from '../weights/weights.js';
import { positionEncoding } from './position-encoding.js';
import { TOKEN_KINDS, tokenEmbeddings, type TokenKind } from './prompt-tokens.js';
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

/** A prompt's tokens before their embeddings are added. */
export interface PromptPositions {
  /** `[promptTokenCount(prompt), CHANNELS]`; zeros for "not a point". */
  readonly positions: Float32Array;
  /** What each token is. */
  readonly kinds: readonly TokenKind[];
}

/**
 * The fixed part of SAM's prompt encoder for points and boxes: each point or corner is its position encoding, at the pixel's centre.
 * Throws `models/EMPTY_PROMPT` where the prompt has neither box nor points.
 */
export function createPromptPositions(weights: Weights): (prompt: Prompt, space: PromptSpace) => PromptPositions {
  const encoding = positionEncoding(weights);
  return (prompt, { image, frame }) => {
    const { box, points = [] } = prompt;
    if (box === undefined && points.length === 0) throw modelErrors.EMPTY_PROMPT({ instance: prompt.instance });
    const positions = new Float32Array(promptTokenCount(prompt) * CHANNELS);
    const kinds: TokenKind[] = [];
    const place = (x: number, y: number, kind: TokenKind): void => {
      const frameX = x * (frame.width / image.width) + 0.5;
      const frameY = y * (frame.height / image.height) + 0.5;
      const token = positions.subarray(kinds.length * CHANNELS, (kinds.length + 1) * CHANNELS);
      encoding.at(frameX / frame.size, frameY / frame.size, token);
      kinds.push(kind);
    };
    for (const { x, y, label } of points) place(x, y, label === 1 ? 'foreground' : 'background');
    if (box) {
      place(box[0], box[1], 'topLeft');
      place(box[2], box[3], 'bottomRight');
    } else {
      kinds.push('notAPoint');
    }
    return { positions, kinds };
  };
}

/**
 * SAM's prompt encoder for points and boxes, computed here, not in the graph, unless its embeddings are trained (see `promptTokens`): each
 * token's position plus the embedding of what it is. Returns `[promptTokenCount(prompt), CHANNELS]`. Throws `models/EMPTY_PROMPT`.
 */
export function createPromptEncoder(weights: Weights): (prompt: Prompt, space: PromptSpace) => Float32Array {
  const positionsOf = createPromptPositions(weights);
  const table = new Map(TOKEN_KINDS.map((kind) => [kind, weightOf(weights, tokenEmbeddings[kind]).data]));
  return (prompt, space) => {
    const { positions, kinds } = positionsOf(prompt, space);
    kinds.forEach((kind, token) => {
      const embedding = table.get(kind)!;
      for (let i = 0; i < CHANNELS; i++) positions[token * CHANNELS + i]! += embedding[i]!;
    });
    return positions;
  };
}
