import { between } from './chance.js';
import type { ClusterSite } from './cluster.js';
import type { World } from './world.js';

/** Places for 3 to 8 bunches that overlap a little at most. */
export function clusterSites({ canvas, random, unit }: World): ClusterSite[] {
  const wanted = random.integer(3, 8);
  const sites: ClusterSite[] = [];
  for (let attempt = 0; sites.length < wanted && (attempt < 300 || sites.length < 3); attempt++) {
    const radius = unit * between(random, 52, wanted < 5 ? 100 : 78) * Math.min(1, 300 / (attempt + 1));
    const x = between(random, 0.6 * radius, canvas.width - 0.6 * radius);
    const y = between(random, 0.6 * radius, canvas.height - 0.6 * radius);
    if (sites.some((other) => Math.hypot(other.x - x, other.y - y) < 0.97 * (other.radius + radius))) continue;
    sites.push({ x, y, radius, stem: -Math.PI / 2 + between(random, -0.7, 0.7) });
  }
  return sites;
}
