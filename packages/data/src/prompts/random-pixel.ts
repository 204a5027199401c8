import type { Random } from '@sluice/core';

/** A set pixel of a mask of this height, each as likely, from its column-major runs (first run zeros). Undefined for an empty mask. */
export function randomPixel(
  counts: readonly number[],
  height: number,
  random: Random,
): { readonly x: number; readonly y: number } | undefined {
  let area = 0;
  for (let i = 1; i < counts.length; i += 2) area += counts[i]!;
  if (area === 0) return undefined;
  let rest = random.integer(0, area - 1);
  let position = 0;
  for (let i = 0; i < counts.length; i++) {
    if (i % 2 === 1) {
      if (rest < counts[i]!) break;
      rest -= counts[i]!;
    }
    position += counts[i]!;
  }
  const pixel = position + rest;
  return { x: Math.floor(pixel / height), y: pixel % height };
}
