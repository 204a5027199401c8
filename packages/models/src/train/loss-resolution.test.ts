import { frameOf, type BitMask } from '@sluice/data';
import { expect, it } from 'vitest';
import { resolutionGroups } from './loss-resolution.js';
import type { TrainItem } from './train-item.js';

/** An item of squares with these sides, in the image's pixels. */
function squares(width: number, height: number, sides: readonly number[]): TrainItem {
  const masks = sides.map((side): BitMask => {
    const data = new Uint8Array(width * height);
    for (let y = 0; y < side; y++) data.fill(1, y * width, y * width + side);
    return { width, height, data };
  });
  const prompts = sides.map((side, i) => ({ instance: String(i), box: [0, 0, side, side] as const }));
  const frame = frameOf(width, height);
  return { key: 'squares', embedding: new Float32Array(0), image: { width, height }, frame, prompts, masks };
}

it('takes all prompts where it is told to', () => {
  const item = squares(640, 480, [3, 100]);
  for (const choice of ['low', 'original'] as const) {
    expect(resolutionGroups(choice, item)).toEqual([{ resolution: choice, prompts: [0, 1] }]);
  }
});

it('takes objects at the image’s size that cover fewer than 96 positions of the logits', () => {
  // A pixel of a 640x480 image covers 0.16 positions; of a 2048x1024 one, 1/64.
  const found = (item: TrainItem) =>
    Object.fromEntries(resolutionGroups('auto', item).map(({ resolution, prompts }) => [resolution, prompts]));
  expect(found(squares(640, 480, [25, 24, 1, 300]))).toEqual({ low: [0, 3], original: [1, 2] });
  expect(found(squares(2048, 1024, [79, 78]))).toEqual({ low: [0], original: [1] });
  expect(found(squares(640, 480, []))).toEqual({ low: [], original: [] });
});

it('leaves low what has no more pixels in the image than positions in the logits', () => {
  expect(resolutionGroups('auto', squares(256, 200, [3, 100]))[0]).toEqual({ resolution: 'low', prompts: [0, 1] });
});
