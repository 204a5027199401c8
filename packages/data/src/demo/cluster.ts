import type { Berry } from './berry.js';
import { between } from './chance.js';
import { mix, varied } from './colour.js';
import type { Species } from './species.js';
import type { Twig } from './twig.js';
import type { World } from './world.js';

/** A loose bunch of berries on a branching stalk. */
export interface Cluster {
  readonly x: number;
  readonly y: number;
  /** Half of its extent, pixels. */
  readonly radius: number;
  /** Back to front. */
  readonly berries: readonly Berry[];
  readonly stalks: readonly Twig[];
}

export interface ClusterSite {
  readonly x: number;
  readonly y: number;
  readonly radius: number;
  /** Direction from its middle to where it hangs, radians. */
  readonly stem: number;
}

/** Grows one bunch: berries at random but never inside each other, with gaps through which stalks and leaves show. */
export function growCluster({ random, species, noise, unit }: World, { x, y, radius, stem }: ClusterSite): Cluster {
  const size = Math.max(6.5 * unit, radius * between(random, 0.16, 0.2));
  const squash = between(random, 0.7, 0.95);
  const [cos, sin] = [Math.cos(stem), Math.sin(stem)];
  // Along the stem the bunch is squashed; `toPicture` maps its unit disc there.
  const toPicture = (u: number, v: number): [number, number] => [
    x + radius * (u * squash * cos - v * sin),
    y + radius * (u * squash * sin + v * cos),
  ];
  const places: { u: number; v: number; x: number; y: number; height: number }[] = [];
  for (let attempt = 0; attempt < 500; attempt++) {
    const distance = Math.sqrt(random.uniform());
    const angle = 2 * Math.PI * random.uniform();
    const [u, v] = [distance * Math.cos(angle), distance * Math.sin(angle)];
    const [px, py] = toPicture(u, v);
    if (noise(px / (4.2 * size), py / (4.2 * size)) < -0.36) continue;
    const apart = size * between(random, 1.3, 1.9);
    if (places.some((other) => Math.hypot(other.x - px, other.y - py) < apart)) continue;
    places.push({ u, v, x: px, y: py, height: Math.sqrt(1 - distance * distance) + 0.5 * random.uniform() });
  }
  places.sort((a, b) => a.height - b.height);
  const berries = places.map(({ x: px, y: py, height }): Berry => {
    const unripe = random.uniform() < species.unripeShare ? between(random, 0.4, 1) : 0.25 * random.uniform();
    const turn = 2 * Math.PI * random.uniform();
    const out = between(random, 0.2, 1.2);
    return {
      x: px,
      y: py,
      radius: size * between(random, 0.86, 1.12),
      colour: varied(random, mix(species.ripe, species.unripe, unripe), 0.12),
      openness: Math.min(1, 0.5 + 0.45 * height),
      blossom: [out * Math.cos(turn), out * Math.sin(turn)],
      gloss: species.gloss,
    };
  });
  const hub = toPicture(0.55, 0);
  const stalks: Twig[] = [
    {
      from: [x + 1.6 * radius * cos, y + 1.6 * radius * sin],
      via: toPicture(1.1, between(random, -0.2, 0.2)),
      to: hub,
      thickness: [4.5, 3.5],
      colour: species.stalk,
    },
  ];
  const arms = Array.from({ length: 6 }, (_, i) => {
    const spread = ((i + 0.5) / 6 - 0.5) * 2.6;
    return toPicture(0.1 - 0.35 * Math.cos(spread), 0.6 * Math.sin(spread));
  });
  for (const arm of arms) stalks.push(stalk(hub, arm, [3.2, 2.4], species));
  for (const place of places) {
    const near = arms.reduce((best, arm) => (away(arm, place) < away(best, place) ? arm : best));
    stalks.push(stalk(near, [place.x, place.y], [2.4, 1.6], species));
  }
  return { x, y, radius, berries, stalks };
}

function stalk(
  from: readonly [number, number],
  to: readonly [number, number],
  thickness: readonly [number, number],
  species: Species,
): Twig {
  const via = [
    0.5 * (from[0] + to[0]) + 0.12 * (to[1] - from[1]),
    0.5 * (from[1] + to[1]) - 0.12 * (to[0] - from[0]),
  ] as const;
  return { from, via, to, thickness, colour: species.stalk };
}

function away([x, y]: readonly [number, number], place: { readonly x: number; readonly y: number }): number {
  return Math.hypot(x - place.x, y - place.y);
}
