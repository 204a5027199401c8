import type { Random } from '@sluice/core';
import type { Shader } from './canvas.js';
import { between } from './chance.js';
import { mix, varied, type Colour } from './colour.js';
import { diffuse, type Light } from './light.js';
import type { Species } from './species.js';

export interface Berry {
  readonly x: number;
  readonly y: number;
  /** Radius in pixels. */
  readonly radius: number;
  readonly colour: Colour;
  /** Light that reaches it through its neighbours, 0-1. */
  readonly openness: number;
  /** Where its dark withered blossom sits, in radii from the centre. */
  readonly blossom: readonly [number, number];
  /** Strength of the mirror image of the light, 0-1. */
  readonly gloss: number;
}

/** A glossy sphere: sun and sky, light from below through the skin, a highlight, and the blossom's remains. */
export function berryShader(berry: Berry, light: Light): Shader {
  const { colour: base, openness, radius, blossom, gloss } = berry;
  const [lx, ly, lz] = light.direction;
  // Blinn's half vector between the light and the camera at (0, 0, 1).
  const length = Math.hypot(lx, ly, lz + 1);
  return (x, y, colour) => {
    const nx = (x - berry.x) / radius;
    const ny = (y - berry.y) / radius;
    const nz = Math.sqrt(Math.max(0, 1 - nx * nx - ny * ny));
    const glow = 0.16 * (1 - nz) * (1 - nz);
    const lit = openness * (diffuse(light, nx, ny, nz) + glow);
    const half = Math.max(0, (nx * lx + ny * ly + nz * (lz + 1)) / length);
    const highlight = openness * gloss * (0.9 * light.sun * half ** 60 + 0.06 * half ** 8);
    const fromBlossom = Math.hypot(nx - blossom[0], ny - blossom[1]);
    const stain = fromBlossom < 0.26 ? 0.25 : fromBlossom < 0.34 ? 0.7 : 1;
    for (let channel = 0; channel < 3; channel++) colour[channel] = base[channel]! * lit * stain + highlight;
  };
}

/** A berry of about a size; `height` is how far it stands out of its neighbours, and so gets light. */
export function ripen(
  random: Random,
  { at: [x, y], height }: { readonly at: readonly [x: number, y: number]; readonly height: number },
  size: number,
  species: Species,
): Berry {
  const unripe = random.uniform() < species.unripeShare ? between(random, 0.4, 1) : 0.25 * random.uniform();
  const turn = 2 * Math.PI * random.uniform();
  const out = between(random, 0.2, 1.2);
  return {
    x,
    y,
    radius: size * between(random, 0.86, 1.12),
    colour: varied(random, mix(species.ripe, species.unripe, unripe), 0.12),
    openness: Math.min(1, 0.5 + 0.45 * height),
    blossom: [out * Math.cos(turn), out * Math.sin(turn)],
    gloss: species.gloss,
  };
}
