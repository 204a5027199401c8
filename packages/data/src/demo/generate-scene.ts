import { randomOf } from '@sluice/core';

import type { Subset } from '../contracts.js';
import { paintBackdrop } from './backdrop.js';
import { soften } from './blur.js';
import { paintBranch } from './branch.js';
import { develop } from './camera.js';
import { createCanvas } from './canvas.js';
import { between, pick } from './chance.js';
import { clusterSites } from './cluster-sites.js';
import { growCluster } from './cluster.js';
import { paintCrowd, scatterCrowd } from './crowd.js';
import { paintFoliage, paintLeavesOver } from './foliage.js';
import { noiseField } from './noise.js';
import { paintCluster } from './paint-cluster.js';
import { SPECIES } from './species.js';
import type { World } from './world.js';

export interface SceneOptions {
  readonly seed: number;
  readonly subset: Subset;
  /** Number of the picture in its subset, from 0. */
  readonly index: number;
  /** Pixels. */
  readonly width: number;
  readonly height: number;
  /** `bunches`: 3 to 8 bunches of berries. `crowd`: 100 to 200 small berries, each by itself. @default 'bunches' */
  readonly content?: SceneContent;
}

export type SceneContent = 'bunches' | 'crowd';

/** A picture and who owns its pixels. */
export interface Scene {
  readonly width: number;
  readonly height: number;
  /** sRGB bytes `[height, width, 3]`. */
  readonly rgb: Uint8Array;
  /** `[height, width]`: 0 = no bunch, n = a berry of bunch n; in a crowd each berry is a bunch of its own. */
  readonly owner: Uint8Array;
  /** Bunches in the picture: owners 1 to `instances`. */
  readonly instances: number;
}

/**
 * Paints one picture of bunches of berries among leaves, back to front, and notes each bunch's berries as they are painted. A pure function
 * of its options: no scene depends on another.
 */
export function generateScene({ seed, subset, index, width, height, content = 'bunches' }: SceneOptions): Scene {
  const random = randomOf(seed, 'scene', subset, index);
  const sun = between(random, -2.6, -0.5);
  const canvas = createCanvas(width, height);
  const world: World = {
    canvas,
    random,
    light: {
      direction: [0.72 * Math.cos(sun), 0.72 * Math.sin(sun), 0.69],
      sun: between(random, 0.75, 1.35),
      sky: between(random, 0.45, 0.7),
    },
    noise: noiseField(random),
    species: pick(random, SPECIES),
    unit: Math.min(width / 640, height / 480),
  };
  const instances = content === 'crowd' ? paintCrowdScene(world) : paintBunches(world);
  soften(canvas, 0.11);
  return { width, height, rgb: develop(canvas, random), owner: canvas.owner, instances };
}

/** Returns the number of bunches. */
function paintBunches(world: World): number {
  const clusters = clusterSites(world).map((site) => growCluster(world, site));
  paintBackdrop(world);
  paintFoliage(world, { count: 12, length: [70, 130], brightness: [0.7, 0.8] });
  paintBranch(world);
  paintBranch(world);
  clusters.forEach((cluster, i) => {
    paintCluster(world, cluster, i + 1);
  });
  paintLeavesOver(world, clusters);
  return clusters.length;
}

/** Returns the number of berries. */
function paintCrowdScene(world: World): number {
  const berries = scatterCrowd(world);
  paintBackdrop(world);
  paintFoliage(world, { count: 12, length: [70, 130], brightness: [0.7, 0.8] });
  paintCrowd(world, berries);
  return berries.length;
}
