import type { Shape } from './canvas.js';

export function disc(x: number, y: number, radius: number): Shape {
  return {
    top: y - radius,
    bottom: y + radius,
    span: (_y, margin) => [x - radius - margin, x + radius + margin],
    distance: (px, py) => Math.sqrt((px - x) * (px - x) + (py - y) * (py - y)) - radius,
  };
}
