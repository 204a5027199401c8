import type { Random } from '@sluice/core';

import { between } from './chance.js';

/** Linear RGB. */
export type Colour = readonly [number, number, number];

export function mix(a: Colour, b: Colour, share: number): Colour {
  return [a[0] + share * (b[0] - a[0]), a[1] + share * (b[1] - a[1]), a[2] + share * (b[2] - a[2])];
}

export function scaled(colour: Colour, factor: number): Colour {
  return [colour[0] * factor, colour[1] * factor, colour[2] * factor];
}

/** The colour, each channel a little off (by a factor of at most 1 ± spread). */
export function varied(random: Random, colour: Colour, spread: number): Colour {
  const brightness = between(random, 1 - spread, 1 + spread);
  const channel = (value: number): number => value * brightness * between(random, 1 - spread / 2, 1 + spread / 2);
  return [channel(colour[0]), channel(colour[1]), channel(colour[2])];
}
