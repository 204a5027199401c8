import { berryShader, ripen, type Berry } from './berry.js';
import { castShadow, paint } from './canvas.js';
import { between } from './chance.js';
import { disc } from './disc.js';
import { shadowBehind, type World } from './world.js';

/** Places for 100 to 200 berries, each by itself, a few pixels large: some touch, none hides another. */
export function scatterCrowd({ canvas, random, species, unit }: World): Berry[] {
  const wanted = random.integer(100, 200);
  const berries: Berry[] = [];
  for (let attempt = 0; berries.length < wanted && attempt < 50 * wanted; attempt++) {
    // Most are small, one in eight is tiny.
    const radius = Math.max(1, unit * (random.uniform() < 1 / 8 ? between(random, 1.5, 2.5) : between(random, 3, 9)));
    const at = [between(random, 0, canvas.width), between(random, 0, canvas.height)] as const;
    if (berries.some((other) => Math.hypot(other.x - at[0], other.y - at[1]) < other.radius + radius)) continue;
    berries.push({ ...ripen(random, { at, height: 1 }, radius, species), radius });
  }
  return berries;
}

/** Each berry with its shadow; berry i belongs to owner i + 1. */
export function paintCrowd({ canvas, light, unit }: World, berries: readonly Berry[]): void {
  berries.forEach((berry, i) => {
    const shape = disc(berry.x, berry.y, berry.radius);
    castShadow(canvas, shape, shadowBehind({ light }, 0.6 * berry.radius, Math.max(0.5 * berry.radius, unit), 0.4));
    paint(canvas, shape, berryShader(berry, light), i + 1);
  });
}
