import { expect, it } from 'vitest';
import { drawPanels } from './draw-panels.js';

const black = { width: 6, height: 5, data: new Uint8Array(6 * 5 * 3) };
const pixel = (picture: { width: number; data: Uint8Array }, x: number, y: number) => [
  ...picture.data.subarray((y * picture.width + x) * 3, (y * picture.width + x) * 3 + 3),
];

it('puts the image and one panel for each list of masks side by side, with a white gap', () => {
  const picture = drawPanels(black, [[], []]);
  expect([picture.width, picture.height]).toEqual([3 * 6 + 2 * 8, 5]);
  expect(pixel(picture, 0, 0)).toEqual([0, 0, 0]);
  expect(pixel(picture, 6, 0)).toEqual([255, 255, 255]);
  expect(pixel(picture, 14, 0)).toEqual([0, 0, 0]);
});

it('fills a mask half transparently and draws its border opaquely, in a colour of its own', () => {
  const full = { width: 6, height: 5, data: new Uint8Array(30).fill(1) };
  const none = { width: 6, height: 5, data: new Uint8Array(30) };
  const picture = drawPanels(black, [[full], [none, full]]);
  const [border, inside] = [pixel(picture, 14, 0), pixel(picture, 14 + 2, 2)];
  expect(inside).toEqual(border.map((value) => Math.round(value * 0.45)));
  expect(pixel(picture, 28, 0)).not.toEqual(border);
});

it("leaves the image's own pixels alone, in a Buffer too", () => {
  const image = { ...black, data: Buffer.alloc(6 * 5 * 3) };
  const picture = drawPanels(image, [[{ width: 6, height: 5, data: new Uint8Array(30).fill(1) }]]);
  expect(image.data.every((value) => value === 0)).toBe(true);
  expect(pixel(picture, 0, 0)).toEqual([0, 0, 0]);
});
