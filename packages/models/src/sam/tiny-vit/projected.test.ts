import { expect, it } from 'vitest';
import { GraphBuilder } from '../../graph/graph-builder.js';
import { frozenRoot } from '../encoders/frozen.js';
import { projected } from './projected.js';

it('joins a linear layer with the projection of its outputs', () => {
  const layer = frozenRoot(
    new GraphBuilder(),
    new Map([
      ['weight', { shape: [2, 3], data: Float32Array.of(1, 2, 3, 4, 5, 6) }],
      ['bias', { shape: [2], data: Float32Array.of(-1, 1) }],
    ]),
  );
  const joined = projected(layer, { shape: [1, 2, 1, 1], data: Float32Array.of(10, -1) });
  expect(joined.weight('weight')).toEqual({ shape: [1, 3], data: Float32Array.of(6, 15, 24) });
  expect(joined.weight('bias')).toEqual({ shape: [1], data: Float32Array.of(-11) });
});
