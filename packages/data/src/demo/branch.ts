import { castShadow, paint } from './canvas.js';
import { between } from './chance.js';
import { varied } from './colour.js';
import { paintLeaf, sprout } from './foliage.js';
import { pointOf, twigShader, twigShape, type Twig } from './twig.js';
import { shadowBehind, type World } from './world.js';

/** A branch right across the picture, with leaves to both sides. */
export function paintBranch(world: World): void {
  const { canvas, random, light, noise, unit } = world;
  const left = canvas.height * between(random, 0.05, 0.6);
  const right = canvas.height * between(random, 0.05, 0.6);
  const branch: Twig = {
    from: [-20 * unit, left],
    via: [canvas.width / 2, (left + right) / 2 + canvas.height * between(random, -0.2, 0.2)],
    to: [canvas.width + 20 * unit, right],
    thickness: [unit * between(random, 7, 12), unit * between(random, 3, 6)],
    colour: varied(random, [0.12, 0.085, 0.055], 0.2),
  };
  for (let i = 0; i < 10; i++) {
    const base = pointOf(branch, (i + random.uniform()) / 10);
    const slant = between(random, 0.6, 1.4);
    const leaf = sprout(world, base, between(random, 60, 110), between(random, 0.75, 0.9));
    paintLeaf(world, { ...leaf, angle: i % 2 === 0 ? slant : -slant });
  }
  const shape = twigShape(branch);
  castShadow(canvas, shape, shadowBehind(world, 8 * unit, 6 * unit, 0.4));
  paint(canvas, shape, twigShader(branch, light, noise));
}
