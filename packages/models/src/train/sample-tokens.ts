import type { Random } from '@sluice/core';
import { GRID, IMAGE_TOKENS, LOW_RES_PIXELS } from '../sam/shape.js';

/** Logits that an image token becomes. */
export const TOKEN_PIXELS = LOW_RES_PIXELS / IMAGE_TOKENS;

/** Some of the image tokens, for a loss that looks at no others. */
export interface TokenSample {
  /** All image tokens, those of the sample first: [IMAGE_TOKENS]. */
  readonly order: Uint16Array;
  /** How many tokens each of the sample stands for, [count]: 1 / its chance to be in it, so that a sum's expectation is the whole sum. */
  readonly importance: Float32Array<ArrayBuffer>;
}

/**
 * Draws `count` of the image tokens for some prompts' `targets`, [prompts, LOW_RES_PIXELS] in logit order. Tokens near an object, those that
 * it touches and their neighbours, all belong to the sample if they fill no more than half of it, else a uniform choice of them fills that
 * half. The rest is a uniform choice of the others.
 */
export function sampleTokens(targets: Float32Array, count: number, random: Random): TokenSample {
  const near = nearObjects(targets);
  const all = Array.from({ length: IMAGE_TOKENS }, (_, token) => token);
  const [inner, outer] = [all.filter((token) => near[token]), all.filter((token) => !near[token])];
  // Where one side is too small for its share, the other takes what is left.
  const ofInner = Math.max(Math.min(inner.length, Math.ceil(count / 2)), count - outer.length);
  const chosen = new Set([
    ...random.shuffle(inner).slice(0, ofInner),
    ...random.shuffle(outer).slice(0, count - ofInner),
  ]);
  const sample = all.filter((token) => chosen.has(token));
  const [innerWeight, outerWeight] = [inner.length / ofInner, outer.length / (count - ofInner)];
  return {
    order: Uint16Array.from([...sample, ...all.filter((token) => !chosen.has(token))]),
    importance: Float32Array.from(sample, (token) => (near[token] ? innerWeight : outerWeight)),
  };
}

/** Whether any of the targets is set in a token or in one of its eight neighbours, [IMAGE_TOKENS]. */
function nearObjects(targets: Float32Array): Uint8Array {
  const near = new Uint8Array(IMAGE_TOKENS);
  for (let i = targets.indexOf(1); i >= 0; i = targets.indexOf(1, nextToken(i))) {
    const token = Math.floor((i % LOW_RES_PIXELS) / TOKEN_PIXELS);
    const [x, y] = [token % GRID, Math.floor(token / GRID)];
    for (let v = Math.max(0, y - 1); v <= Math.min(GRID - 1, y + 1); v++) {
      near.fill(1, v * GRID + Math.max(0, x - 1), v * GRID + Math.min(GRID - 1, x + 1) + 1);
    }
  }
  return near;
}

/** Where the token after that of position i begins. */
const nextToken = (i: number): number => (Math.floor(i / TOKEN_PIXELS) + 1) * TOKEN_PIXELS;

/** Rows in another order: row i of the result is row `order[i]`. */
export function arrangeRows(rows: Float32Array, order: ArrayLike<number>): Float32Array<ArrayBuffer> {
  const width = rows.length / IMAGE_TOKENS;
  const result = new Float32Array(order.length * width);
  for (let i = 0; i < order.length; i++) {
    result.set(rows.subarray(order[i]! * width, (order[i]! + 1) * width), i * width);
  }
  return result;
}
