import type { Random } from '@sluice/core';

import { between } from './chance.js';
import type { Canvas } from './canvas.js';

/** Develops the canvas: exposure, white balance, vignette, sensor noise, sRGB. Returns `[height, width, 3]` bytes. */
export function develop({ width, height, rgb }: Canvas, random: Random): Uint8Array {
  const exposure = between(random, 0.85, 1.2);
  const warmth = between(random, -0.08, 0.1);
  const gains = [exposure * (1 + warmth), exposure, exposure * (1 - warmth)];
  const grain = between(random, 0.006, 0.016);
  const gaussian = gaussianOf(random);
  const bytes = new Uint8Array(rgb.length);
  const curve = toneCurve();
  for (let y = 0, at = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const dx = (2 * x) / width - 1;
      const dy = (2 * y) / height - 1;
      const vignette = 1 - 0.16 * (dx * dx + dy * dy);
      const shared = gaussian();
      for (let channel = 0; channel < 3; channel++, at++) {
        const light = rgb[at]! * gains[channel]! * vignette;
        const noisy = light + grain * Math.sqrt(Math.max(0, light) + 0.02) * (0.7 * gaussian() + 0.7 * shared);
        bytes[at] = curve[Math.min(STEPS, Math.max(0, Math.round(noisy * (STEPS / BRIGHTEST))))]!;
      }
    }
  }
  return bytes;
}

const STEPS = 8192;
const BRIGHTEST = 2;

/** Linear light 0-2 to sRGB bytes, highlights rolled off as film does. */
function toneCurve(): Uint8Array {
  return Uint8Array.from({ length: STEPS + 1 }, (_, i) => {
    const light = (i / STEPS) * BRIGHTEST;
    const rolled = light < 0.6 ? light : 0.6 + 0.4 * (1 - Math.exp(-(light - 0.6) / 0.4));
    return Math.round(255 * (rolled <= 0.0031308 ? 12.92 * rolled : 1.055 * rolled ** (1 / 2.4) - 0.055));
  });
}

/** Standard normal values: a table of them read from random places, since a picture needs a million. */
function gaussianOf(random: Random): () => number {
  const table = Float32Array.from({ length: 4096 }, () => {
    const radius = Math.sqrt(-2 * Math.log(1 - random.uniform()));
    return radius * Math.cos(2 * Math.PI * random.uniform());
  });
  let state = random.integer(1, 0x7ffffffe);
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return table[state & 4095]!;
  };
}
