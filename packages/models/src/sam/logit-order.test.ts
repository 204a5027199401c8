import { expect, it } from 'vitest';
import { GraphBuilder } from '../graph/graph-builder.js';
import { interpret } from '../testing/reference.js';
import { rowMajorMaps, toLogitOrder, toRowMajor } from './logit-order.js';
import { LOW_RES, LOW_RES_PIXELS } from './shape.js';

const map = Float32Array.from({ length: LOW_RES_PIXELS }, (_, i) => i);

it('keeps the 4x4 pixels of an image token beside each other, in 2x2 blocks', () => {
  const first = [0, 1, 256, 257, 2, 3, 258, 259, 512, 513, 768, 769, 514, 515, 770, 771];
  expect([...toLogitOrder(map).subarray(0, 16)]).toEqual(first);
  expect([...toLogitOrder(map).subarray(16, 18)]).toEqual([4, 5]);
});

it('is undone by row-major order, in arrays and in graphs', () => {
  const ordered = toLogitOrder(map);
  expect(toRowMajor(ordered)).toEqual(map);
  const builder = new GraphBuilder();
  const maps = rowMajorMaps(builder, builder.input('logits', [1, LOW_RES_PIXELS]));
  expect(maps.shape).toEqual([1, LOW_RES, LOW_RES]);
  expect(Float32Array.from(interpret(builder.build({ maps }), { logits: ordered })['maps']!)).toEqual(map);
});
