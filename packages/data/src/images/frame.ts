import type { Frame } from '../contracts.js';

/** Where an image lies once its longest side is `size`; sides are rounded as SAM rounds them, `int(side * scale + 0.5)`. */
export function frameOf(width: number, height: number, size = 1024): Frame {
  const scale = size / Math.max(width, height);
  return {
    size,
    width: Math.max(1, Math.trunc(width * scale + 0.5)),
    height: Math.max(1, Math.trunc(height * scale + 0.5)),
  };
}
