import { emptyMask, type BitMask } from '@sluice/data';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { tokenWindows } from './token-window.js';
import type { TrainItem } from './train-item.js';

/** An image of 1024x1024, where a token is 16 pixels, with boxes for masks. */
function itemOf(...boxes: readonly (readonly [x0: number, y0: number, x1: number, y1: number])[]): TrainItem {
  const masks = boxes.map(([x0, y0, x1, y1]): BitMask => {
    const mask = emptyMask(1024, 1024);
    for (let y = y0; y < y1; y++) mask.data.fill(1, y * 1024 + x0, y * 1024 + x1);
    return mask;
  });
  const size = { width: 1024, height: 1024 };
  return { key: 'x', embedding: new Float32Array(), image: size, frame: { size: 1024, ...size }, prompts: [], masks };
}

it('holds the object and its margin, as far as the image goes', () => {
  const side = fc.integer({ min: 1, max: 600 });
  const box = fc.record({ x: fc.nat(1023), y: fc.nat(1023), width: side, height: side });
  fc.assert(
    fc.property(box, fc.nat(8), ({ x, y, width, height }, margin) => {
      const [right, bottom] = [Math.min(x + width, 1024), Math.min(y + height, 1024)];
      const [window] = tokenWindows(itemOf([x, y, right, bottom]), margin);
      const tokens = [x, y].map((from) => Math.floor(from / 16));
      const ends = [right, bottom].map((to) => Math.ceil(to / 16));
      const needed = Math.max(ends[0]! - tokens[0]!, ends[1]! - tokens[1]!) + 2 * margin;
      expect(window?.side).toBe(needed <= 16 ? 16 : needed <= 32 ? 32 : undefined);
      if (window === undefined) return;
      [window.left, window.top].forEach((start, i) => {
        expect(start).toBeGreaterThanOrEqual(0);
        expect(start + window.side).toBeLessThanOrEqual(64);
        expect(start).toBeLessThanOrEqual(Math.max(0, tokens[i]! - margin));
        expect(start + window.side).toBeGreaterThanOrEqual(Math.min(64, ends[i]! + margin));
      });
    }),
    { numRuns: 60 },
  );
});

it('follows the frame: an image of half its size has tokens of 8 pixels, and an empty mask is somewhere', () => {
  const item = itemOf([320, 160, 328, 168], [0, 0, 0, 0]);
  const half = { ...item, frame: { size: 1024, width: 2048, height: 2048 } };
  expect(tokenWindows(half, 0)[0]).toEqual({ side: 16, left: 32, top: 12 });
  expect(tokenWindows(item, 2)[1]).toEqual({ side: 16, left: 0, top: 0 });
});
