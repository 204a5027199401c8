import type { Random } from '@sluice/core';

/** One of the set pixels that `rowRuns` lists, each as likely. There must be one. */
export function randomPixel(
  runs: Uint32Array,
  width: number,
  random: Random,
): { readonly x: number; readonly y: number } {
  let area = 0;
  for (let i = 0; i < runs.length; i += 2) area += runs[i + 1]! - runs[i]!;
  let rest = random.integer(0, area - 1);
  let run = 0;
  for (; rest >= runs[run + 1]! - runs[run]!; run += 2) rest -= runs[run + 1]! - runs[run]!;
  const pixel = runs[run]! + rest;
  return { x: pixel % width, y: Math.floor(pixel / width) };
}
