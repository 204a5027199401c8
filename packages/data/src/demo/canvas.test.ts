import { describe, expect, it } from 'vitest';
import { castShadow, coveredBy, createCanvas, paint } from './canvas.js';
import { disc } from './disc.js';

const white = (_x: number, _y: number, colour: Float64Array): void => {
  colour.fill(1);
};

describe('painting', () => {
  it('hands over exactly the pixels whose centres lie in the shape', () => {
    const canvas = createCanvas(20, 16);
    paint(canvas, disc(9.3, 7.1, 5), white, 3);
    for (let y = 0; y < 16; y++) {
      for (let x = 0; x < 20; x++) {
        const inside = Math.hypot(x + 0.5 - 9.3, y + 0.5 - 7.1) <= 5;
        expect(canvas.owner[y * 20 + x]).toBe(inside ? 3 : 0);
      }
    }
  });

  it('covers as much as the shape is large, edges in part', () => {
    const canvas = createCanvas(20, 20);
    paint(canvas, disc(10, 10, 6), white);
    const light = canvas.rgb.reduce((sum, value) => sum + value, 0) / 3;
    expect(light).toBeCloseTo(Math.PI * 36, 0);
  });

  it('takes pixels back for what lies in front', () => {
    const canvas = createCanvas(20, 20);
    paint(canvas, disc(8, 10, 5), white, 1);
    const lost = coveredBy(canvas, disc(12, 10, 5));
    const before = canvas.owner.filter((id) => id === 1).length;
    paint(canvas, disc(12, 10, 5), white);
    expect(canvas.owner.filter((id) => id === 1)).toHaveLength(before - lost.get(1)!);
  });

  it('clips shapes that reach beyond the canvas', () => {
    const canvas = createCanvas(8, 8);
    paint(canvas, disc(0, 8, 3), white, 1);
    paint(canvas, disc(-20, 40, 3), white, 2);
    expect(canvas.owner[7 * 8]).toBe(1);
    expect(canvas.owner).not.toContain(2);
  });

  it('casts shadows to the side away from the light and changes no owner', () => {
    const canvas = createCanvas(30, 10);
    canvas.rgb.fill(1);
    castShadow(canvas, disc(10, 5, 3), { dx: 8, dy: 0, softness: 2, strength: 0.5 });
    expect(canvas.rgb[(5 * 30 + 18) * 3]).toBeCloseTo(0.5, 2);
    expect(canvas.rgb[(5 * 30 + 5) * 3]).toBe(1);
    expect(new Set(canvas.owner)).toEqual(new Set([0]));
  });
});
