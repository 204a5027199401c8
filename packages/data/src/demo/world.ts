import type { Random } from '@sluice/core';

import type { Canvas, Shadow } from './canvas.js';
import { between } from './chance.js';
import type { Light } from './light.js';
import type { NoiseField } from './noise.js';
import type { Species } from './species.js';

/** What all parts of a scene share while it is painted. */
export interface World {
  readonly canvas: Canvas;
  readonly random: Random;
  readonly light: Light;
  readonly noise: NoiseField;
  readonly species: Species;
  /** Pixels of this canvas per pixel of a 640x480 picture. */
  readonly unit: number;
}

/** A point of the picture, or a little outside of it. */
export function anywhere({ canvas, random, unit }: World): [number, number] {
  return [
    between(random, -40 * unit, canvas.width + 40 * unit),
    between(random, -60 * unit, canvas.height + 20 * unit),
  ];
}

/** The shadow of something that hangs `height` pixels above what lies behind it. */
export function shadowBehind(
  { light: { direction } }: Pick<World, 'light'>,
  height: number,
  softness: number,
  strength: number,
): Shadow {
  return { dx: -direction[0] * height, dy: -direction[1] * height, softness, strength };
}
