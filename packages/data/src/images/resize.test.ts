import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { resizeAntialiased } from './resize-antialiased.js';
import { resizeBilinear } from './resize-bilinear.js';
import type { RgbImage } from './rgb-image.js';

/**
 * SHA-256 (start) of the resized bytes of `noise(index, ...from)`. Made with OpenCV 4.10.0 and 5.0.0 (the same), `resize(image, to, interpolation=INTER_LINEAR)`,
 * and Pillow 13.0.0, `resize(to, BILINEAR)`, from the same noise in Python.
 */
const cases: readonly Case[] = [
  { from: [37, 23], to: [64, 40], opencv: '29c5f5212fabc139', pillow: '6a56b7ed1c2bfd61' },
  { from: [100, 77], to: [64, 49], opencv: '9c93f8da9e2931fb', pillow: '47992d541ffbf686' },
  { from: [50, 40], to: [25, 20], opencv: '49c76b4837f587b4', pillow: '4a4acf5467f4d4de' },
  { from: [3, 5], to: [38, 64], opencv: 'f60aa89c39883a0c', pillow: '407e2d7b074f37b7' },
  { from: [64, 31], to: [64, 31], opencv: '0b0d47e15a7b3966', pillow: '0b0d47e15a7b3966' },
  { from: [1, 1], to: [16, 16], opencv: '6b2977f181d366e1', pillow: '6b2977f181d366e1' },
  { from: [200, 150], to: [64, 48], opencv: '470c99492d993986', pillow: '285c126ea505cc86' },
  { from: [301, 7], to: [64, 1], opencv: 'c1be615be6ffc940', pillow: '0860fcd42a52e422' },
  { from: [90, 160], to: [91, 160], opencv: 'e73442ea818adce1', pillow: '46a78298e1e139c0' },
  { from: [333, 500], to: [128, 192], opencv: 'c81ecdd1098f4563', pillow: '8c127dd8822cb76c' },
  { from: [1, 40], to: [2, 64], opencv: 'be672bb929bf7d83', pillow: '692fce660dc98d50' },
];

interface Case {
  readonly from: readonly [width: number, height: number];
  readonly to: readonly [width: number, height: number];
  readonly opencv: string;
  readonly pillow: string;
}

function noise(seed: number, width: number, height: number): RgbImage {
  let state = seed;
  const data = Uint8Array.from({ length: width * height * 3 }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state >>> 24;
  });
  return { width, height, data };
}

const digestOf = ({ data }: RgbImage): string => createHash('sha256').update(data).digest('hex').slice(0, 16);

describe.each(cases.map((entry, index) => ({ entry, index })))('$entry.from to $entry.to', ({ entry, index }) => {
  const { from, to, opencv, pillow } = entry;

  it('resizeBilinear gives the bytes of OpenCV', () => {
    expect(digestOf(resizeBilinear(noise(index, ...from), ...to))).toBe(opencv);
  });

  it('resizeAntialiased gives the bytes of Pillow', () => {
    expect(digestOf(resizeAntialiased(noise(index, ...from), ...to))).toBe(pillow);
  });
});

it('leaves the given image as it is', () => {
  const image = noise(1, 20, 10);
  const before = digestOf(image);
  resizeBilinear(image, 7, 9);
  resizeAntialiased(image, 7, 9);
  expect(digestOf(image)).toBe(before);
});
