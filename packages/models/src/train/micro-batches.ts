import type { Prompt } from '@sluice/data';
import { promptTokenCount } from '../sam/prompt-encoder.js';

/** Prompts of one image that go through the decoder together. */
export interface MicroBatch {
  /** Positions of the prompts in the image's list. */
  readonly prompts: readonly number[];
  /** Tokens that each of these prompts has. */
  readonly tokens: number;
}

/**
 * Splits an image's prompts into micro-batches: those with equally many tokens together, in sizes that halve from `largest`, so that
 * few different graphs serve any number of prompts and none is padded. With `among`, only the prompts at these positions.
 */
export function microBatches(
  prompts: readonly Prompt[],
  largest: number,
  among: Iterable<number> = prompts.keys(),
): MicroBatch[] {
  const groups = new Map<number, number[]>();
  for (const index of among) {
    const tokens = promptTokenCount(prompts[index]!);
    groups.set(tokens, [...(groups.get(tokens) ?? []), index]);
  }
  return [...groups].flatMap(([tokens, indices]) =>
    chunks(indices, largest).map((chunk) => ({ prompts: chunk, tokens })),
  );
}

/** 7 prompts, at most 4 together: 4, 2, 1. */
function chunks(indices: readonly number[], largest: number): number[][] {
  const result: number[][] = [];
  let start = 0;
  for (let size = largest; start < indices.length;) {
    while (size > indices.length - start) size = Math.max(1, Math.floor(size / 2));
    result.push(indices.slice(start, start + size));
    start += size;
  }
  return result;
}
