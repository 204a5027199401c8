import { randomOf, type Random } from '@sluice/core';
import { describe, expect, it } from 'vitest';
import type { Shape } from './canvas.js';
import { between } from './chance.js';
import { disc } from './disc.js';
import { leafShape } from './leaf.js';
import { twigShape } from './twig.js';

const makers: Record<string, (random: Random) => Shape> = {
  disc: (random) => disc(between(random, 20, 80), between(random, 20, 80), between(random, 2, 15)),
  leaf: (random) =>
    leafShape({
      x: between(random, 20, 80),
      y: between(random, 20, 80),
      angle: between(random, -4, 4),
      length: between(random, 15, 50),
      width: between(random, 6, 40),
      bend: between(random, -0.2, 0.2),
      teeth: 14,
      toothDepth: 0.2,
      colour: [0, 1, 0],
      fold: 0,
      tilt: [0, 0],
      blight: 0,
    }),
  twig: (random) =>
    twigShape({
      from: [between(random, 0, 100), between(random, 0, 100)],
      via: [between(random, 0, 100), between(random, 0, 100)],
      to: [between(random, 0, 100), between(random, 0, 100)],
      thickness: [between(random, 2, 9), between(random, 1, 5)],
      colour: [1, 1, 1],
    }),
};

describe.each(Object.keys(makers))('a %s', (name) => {
  it.each([1, 7])('has no point within %i pixels of it outside of its rows and spans', (margin) => {
    for (let i = 0; i < 20; i++) {
      const shape = makers[name]!(randomOf(i, name));
      let inside = 0;
      for (let y = -20.5; y < 120; y++) {
        const [left, right] = shape.span(y, margin);
        const isRow = y >= shape.top - margin && y <= shape.bottom + margin;
        for (let x = -20.5; x < 120; x++) {
          const distance = shape.distance(x, y);
          if (distance <= 0) inside++;
          if (distance < margin && !(isRow && x >= left && x <= right)) {
            expect.fail(`${name} ${String(i)}: (${String(x)}, ${String(y)}) is ${String(distance)} away`);
          }
        }
      }
      expect(inside).toBeGreaterThan(10);
    }
  });
});
