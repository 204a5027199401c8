import type { Colour } from './colour.js';

/** A shrub with berries, and what it looks like in one season. Colours are linear RGB. */
export interface Species {
  readonly name: string;
  readonly ripe: Colour;
  readonly unripe: Colour;
  /** Share of the berries that are not ripe yet. */
  readonly unripeShare: number;
  readonly gloss: number;
  readonly leaf: Colour;
  /** Width of a leaf as a share of its length. */
  readonly leafWidth: number;
  readonly toothDepth: number;
  readonly stalk: Colour;
}

export const SPECIES: readonly [Species, ...Species[]] = [
  {
    name: 'rowan',
    ripe: [0.62, 0.06, 0.02],
    unripe: [0.68, 0.22, 0.03],
    unripeShare: 0.25,
    gloss: 0.5,
    leaf: [0.1, 0.21, 0.05],
    leafWidth: 0.36,
    toothDepth: 0.16,
    stalk: [0.24, 0.17, 0.07],
  },
  {
    name: 'elder',
    ripe: [0.035, 0.02, 0.05],
    unripe: [0.22, 0.04, 0.07],
    unripeShare: 0.2,
    gloss: 0.55,
    leaf: [0.1, 0.24, 0.06],
    leafWidth: 0.48,
    toothDepth: 0.13,
    stalk: [0.28, 0.08, 0.1],
  },
  {
    name: 'viburnum',
    ripe: [0.5, 0.03, 0.03],
    unripe: [0.5, 0.42, 0.1],
    unripeShare: 0.15,
    gloss: 0.8,
    leaf: [0.13, 0.26, 0.06],
    leafWidth: 0.7,
    toothDepth: 0.2,
    stalk: [0.2, 0.22, 0.08],
  },
  {
    name: 'grape',
    ripe: [0.3, 0.42, 0.1],
    unripe: [0.2, 0.38, 0.09],
    unripeShare: 0.35,
    gloss: 0.35,
    leaf: [0.13, 0.29, 0.06],
    leafWidth: 0.85,
    toothDepth: 0.22,
    stalk: [0.22, 0.26, 0.09],
  },
];
