import { berryShader } from './berry.js';
import { castShadow, paint } from './canvas.js';
import type { Cluster } from './cluster.js';
import { disc } from './disc.js';
import { twigShader, twigShape } from './twig.js';
import { shadowBehind, type World } from './world.js';

/** Stalks, then berries from back to front, each with its shadow on what lies behind. The berries alone belong to `owner`. */
export function paintCluster(world: World, cluster: Cluster, owner: number): void {
  const { canvas, light, noise } = world;
  for (const stalk of cluster.stalks) {
    const shape = twigShape(stalk);
    castShadow(canvas, shape, shadowBehind(world, 5 * world.unit, 3 * world.unit, 0.35));
    paint(canvas, shape, twigShader(stalk, light, noise));
  }
  for (const berry of cluster.berries) {
    const shape = disc(berry.x, berry.y, berry.radius);
    castShadow(canvas, shape, shadowBehind(world, 0.45 * berry.radius, 0.5 * berry.radius, 0.5));
    paint(canvas, shape, berryShader(berry, light), owner);
  }
}
