import { castShadow, coveredBy, paint } from './canvas.js';
import { between } from './chance.js';
import type { Cluster } from './cluster.js';
import { scaled, varied } from './colour.js';
import { leafShader, leafShape, type Leaf } from './leaf.js';
import { anywhere, shadowBehind, type World } from './world.js';

export interface Foliage {
  readonly count: number;
  /** Shortest and longest leaf, in pixels of a 640x480 picture. */
  readonly length: readonly [number, number];
  /** Darkest and brightest, 1 = in full light. */
  readonly brightness: readonly [number, number];
}

/** Leaves all over the canvas. */
export function paintFoliage(world: World, { count, length, brightness }: Foliage): void {
  const { random } = world;
  for (let i = 0; i < count; i++) {
    paintLeaf(world, sprout(world, anywhere(world), between(random, ...length), between(random, ...brightness)));
  }
}

/** Least share of a bunch that stays in sight when leaves are hung before it. */
const VISIBLE_SHARE = 0.6;

/** Leaves around and over the bunches; one that would hide most of a bunch is left out. */
export function paintLeavesOver(world: World, clusters: readonly Cluster[]): void {
  const { canvas, random } = world;
  const inSight = new Array<number>(clusters.length + 1).fill(0);
  for (const owner of canvas.owner) inSight[owner]!++;
  const least = inSight.map((area) => VISIBLE_SHARE * area);
  for (const { x, y, radius } of clusters) {
    for (let i = random.integer(0, 2); i > 0; i--) {
      const from = between(random, -Math.PI, 0) + between(random, -0.5, 0.5);
      const base = [x + 1.15 * radius * Math.cos(from), y + 1.15 * radius * Math.sin(from)] as const;
      const angle = from + Math.PI + between(random, -1.1, 1.1);
      const leaf = { ...sprout(world, base, between(random, 60, 115), 1), angle };
      const lost = coveredBy(canvas, leafShape(leaf));
      if ([...lost].some(([owner, count]) => inSight[owner]! - count < least[owner]!)) continue;
      for (const [owner, count] of lost) inSight[owner]! -= count;
      paintLeaf(world, leaf);
    }
  }
}

export function paintLeaf(world: World, leaf: Leaf): void {
  const shape = leafShape(leaf);
  castShadow(world.canvas, shape, shadowBehind(world, 9 * world.unit, 7 * world.unit, 0.4));
  paint(world.canvas, shape, leafShader(leaf, world.light, world.noise));
}

export function sprout(
  { random, species, unit }: World,
  [x, y]: readonly [number, number],
  length: number,
  brightness: number,
): Leaf {
  return {
    x,
    y,
    angle: between(random, -0.6, Math.PI + 0.6),
    length: length * unit,
    width: length * unit * species.leafWidth * between(random, 0.85, 1.15),
    bend: between(random, -0.2, 0.2),
    teeth: random.integer(12, 18),
    toothDepth: species.toothDepth,
    colour: varied(random, scaled(species.leaf, brightness), 0.25),
    fold: between(random, 0.1, 0.5),
    tilt: [between(random, -0.35, 0.35), between(random, -0.45, 0.25)],
    blight: random.uniform() < 0.25 ? between(random, 0.2, 0.6) : 0,
  };
}
