import { ripen, type Berry } from './berry.js';
import { between } from './chance.js';
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

type Point = readonly [x: number, y: number];

/** Maps the unit disc, its first axis towards the stem, to the bunch's place in the picture. */
type ToPicture = (u: number, v: number) => Point;

interface Place {
  readonly at: Point;
  /** Towards the camera. */
  readonly height: number;
}

/** Grows one bunch: berries that overlap in part, and gaps through which stalks and leaves show. */
export function growCluster(world: World, { x, y, radius, stem }: ClusterSite): Cluster {
  const { random, species, unit } = world;
  const size = Math.max(6.5 * unit, radius * between(random, 0.16, 0.2));
  const squash = between(random, 0.7, 0.95);
  const [cos, sin] = [Math.cos(stem), Math.sin(stem)];
  const toPicture: ToPicture = (u, v) => [
    x + radius * (u * squash * cos - v * sin),
    y + radius * (u * squash * sin + v * cos),
  ];
  const places = scatter(world, size, toPicture).sort((a, b) => a.height - b.height);
  const berries = places.map((place) => ripen(random, place, size, species));
  const from: Point = [x + 1.6 * radius * cos, y + 1.6 * radius * sin];
  return { x, y, radius, berries, stalks: branchOut(world, from, places, toPicture) };
}

/** Places for berries of about this radius, none hidden by another, none where the noise wants a hole. */
function scatter({ random, noise }: World, size: number, toPicture: ToPicture): Place[] {
  const places: Place[] = [];
  for (let attempt = 0; attempt < 500; attempt++) {
    const out = Math.sqrt(random.uniform());
    const angle = 2 * Math.PI * random.uniform();
    const at = toPicture(out * Math.cos(angle), out * Math.sin(angle));
    if (noise(at[0] / (4.2 * size), at[1] / (4.2 * size)) < -0.36) continue;
    const apart = size * between(random, 1.3, 1.9);
    if (places.some((other) => distance(other.at, at) < apart)) continue;
    places.push({ at, height: Math.sqrt(1 - out * out) + 0.5 * random.uniform() });
  }
  return places;
}

/** One stalk from above, six arms from its end, and from the nearest arm a thin stalk to each berry. */
function branchOut(
  { random, species, unit }: World,
  from: Point,
  places: readonly Place[],
  toPicture: ToPicture,
): Twig[] {
  const hub = toPicture(0.55, 0);
  const via = toPicture(1.1, between(random, -0.2, 0.2));
  const arms = Array.from({ length: 6 }, (_, i) => {
    const spread = ((i + 0.5) / 6 - 0.5) * 2.6;
    return toPicture(0.1 - 0.35 * Math.cos(spread), 0.6 * Math.sin(spread));
  });
  const stalk = (start: Point, bend: Point, end: Point, thick: number, thin: number): Twig => {
    return { from: start, via: bend, to: end, thickness: [thick * unit, thin * unit], colour: species.stalk };
  };
  return [
    stalk(from, via, hub, 4.5, 3.5),
    ...arms.map((arm) => stalk(hub, bowed(hub, arm), arm, 3.2, 2.4)),
    ...places.map(({ at }) => {
      const arm = arms.reduce((best, other) => (distance(other, at) < distance(best, at) ? other : best));
      return stalk(arm, bowed(arm, at), at, 2.4, 1.6);
    }),
  ];
}

/** A point a little beside the middle of two. */
function bowed([x0, y0]: Point, [x1, y1]: Point): Point {
  return [0.5 * (x0 + x1) + 0.12 * (y1 - y0), 0.5 * (y0 + y1) - 0.12 * (x1 - x0)];
}

function distance([x0, y0]: Point, [x1, y1]: Point): number {
  return Math.hypot(x1 - x0, y1 - y0);
}
