import { describe, expect, it } from 'vitest';
import { blur, soften } from './blur.js';
import { createCanvas } from './canvas.js';
import { enlarge } from './enlarge.js';

describe('blur', () => {
  it.each([
    ['blur', (canvas: ReturnType<typeof createCanvas>) => blur(canvas, 3)],
    ['soften', (canvas: ReturnType<typeof createCanvas>) => soften(canvas, 0.2)],
  ])('%s keeps an even colour and the light of a point', (_name, apply) => {
    const even = createCanvas(31, 23);
    even.rgb.fill(0.25);
    apply(even);
    for (const value of even.rgb) expect(value).toBeCloseTo(0.25, 5);
    const point = createCanvas(61, 61);
    point.rgb[(30 * 61 + 30) * 3 + 1] = 1;
    apply(point);
    expect(point.rgb.reduce((sum, value) => sum + value, 0)).toBeCloseTo(1, 4);
    expect(point.rgb[(30 * 61 + 29) * 3 + 1]).toBeCloseTo(point.rgb[(31 * 61 + 30) * 3 + 1]!, 6);
  });

  it('spreads a point by about sigma', () => {
    const canvas = createCanvas(81, 81);
    canvas.rgb[(40 * 81 + 40) * 3] = 1;
    blur(canvas, 5);
    let variance = 0;
    for (let y = 0; y < 81; y++) for (let x = 0; x < 81; x++) variance += canvas.rgb[(y * 81 + x) * 3]! * (x - 40) ** 2;
    expect(Math.sqrt(variance)).toBeGreaterThan(4.3);
    expect(Math.sqrt(variance)).toBeLessThan(5.7);
  });

  it('works on canvases smaller than its radius', () => {
    const canvas = createCanvas(3, 2);
    canvas.rgb.fill(1);
    blur(canvas, 9);
    for (const value of canvas.rgb) expect(value).toBeCloseTo(1, 5);
  });
});

describe('enlarge', () => {
  it('keeps a slope a slope', () => {
    const small = createCanvas(8, 4);
    for (let i = 0; i < 32; i++) small.rgb.fill(i % 8, i * 3, i * 3 + 3);
    const large = enlarge(small, 16, 8);
    const row = Array.from({ length: 16 }, (_, x) => large.rgb[(3 * 16 + x) * 3]);
    expect(row.slice(0, 5)).toEqual([0, 0.25, 0.75, 1.25, 1.75]);
    expect(row[15]).toBe(7);
  });
});
