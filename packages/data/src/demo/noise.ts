import type { Random } from '@sluice/core';

/** Smooth noise over the plane, in [-1, 1], with features about one unit wide. */
export type NoiseField = (x: number, y: number) => number;

const SIDE = 64;

/** Value noise: random values on a lattice that repeats every 64 units, blended smoothly between. */
export function noiseField(random: Random): NoiseField {
  const lattice = Float32Array.from({ length: SIDE * SIDE }, () => random.uniform() * 2 - 1);
  return (x, y) => {
    const column = Math.floor(x);
    const row = Math.floor(y);
    const u = ease(x - column);
    const v = ease(y - row);
    const x0 = column & (SIDE - 1);
    const x1 = (column + 1) & (SIDE - 1);
    const y0 = (row & (SIDE - 1)) * SIDE;
    const y1 = ((row + 1) & (SIDE - 1)) * SIDE;
    const top = lattice[y0 + x0]! + u * (lattice[y0 + x1]! - lattice[y0 + x0]!);
    const bottom = lattice[y1 + x0]! + u * (lattice[y1 + x1]! - lattice[y1 + x0]!);
    return top + v * (bottom - top);
  };
}

function ease(t: number): number {
  return t * t * (3 - 2 * t);
}
