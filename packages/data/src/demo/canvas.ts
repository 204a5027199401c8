/** A picture being painted: linear light, and who owns each pixel. */
export interface Canvas {
  readonly width: number;
  readonly height: number;
  /** `[height, width, 3]`, linear RGB; 1 is the brightest that the sensor holds. */
  readonly rgb: Float32Array;
  /** Instance whose surface is nearest at each pixel's centre, 0 = none. `[height, width]` */
  readonly owner: Uint8Array;
}

/** Something with an outline. */
export interface Shape {
  readonly top: number;
  readonly bottom: number;
  /** Range of x outside of which all points of row y are more than `margin` pixels from the shape. */
  readonly span: (y: number, margin: number) => readonly [left: number, right: number];
  /** Distance to the outline in pixels, about exact near it; negative inside. */
  readonly distance: (x: number, y: number) => number;
}

/** Writes the surface's linear colour at (x, y) into `colour`. */
export type Shader = (x: number, y: number, colour: Float64Array) => void;

export function createCanvas(width: number, height: number): Canvas {
  return { width, height, rgb: new Float32Array(width * height * 3), owner: new Uint8Array(width * height) };
}

/** Paints a shape over what is there, its edge antialiased, and hands its pixels to `owner`. */
export function paint(canvas: Canvas, shape: Shape, shader: Shader, owner = 0): void {
  const colour = new Float64Array(3);
  forEachPixel(canvas, shape, 1, 0, 0, (index, x, y) => {
    const distance = shape.distance(x, y);
    if (distance >= 0.5) return;
    shader(x, y, colour);
    const alpha = Math.min(1, 0.5 - distance);
    for (let channel = 0; channel < 3; channel++) {
      const at = index * 3 + channel;
      canvas.rgb[at] = canvas.rgb[at]! + alpha * (colour[channel]! - canvas.rgb[at]!);
    }
    if (distance <= 0) canvas.owner[index] = owner;
  });
}

/** How a shape darkens what lies behind it. */
export interface Shadow {
  readonly dx: number;
  readonly dy: number;
  /** Width of the penumbra in pixels. */
  readonly softness: number;
  /** Share of the light taken away in the middle, 0-1. */
  readonly strength: number;
}

/** Darkens what is there by the shape's soft shadow. */
export function castShadow(canvas: Canvas, shape: Shape, { dx, dy, softness, strength }: Shadow): void {
  forEachPixel(canvas, shape, softness, dx, dy, (index, x, y) => {
    const t = Math.min(1, Math.max(0, 0.5 - shape.distance(x - dx, y - dy) / (2 * softness)));
    if (t === 0) return;
    const kept = 1 - strength * t * t * (3 - 2 * t);
    for (let at = index * 3; at < index * 3 + 3; at++) canvas.rgb[at] = canvas.rgb[at]! * kept;
  });
}

/** Pixels that each owner would lose if the shape were painted. */
export function coveredBy(canvas: Canvas, shape: Shape): Map<number, number> {
  const lost = new Map<number, number>();
  forEachPixel(canvas, shape, 0, 0, 0, (index, x, y) => {
    const owner = canvas.owner[index]!;
    if (owner !== 0 && shape.distance(x, y) <= 0) lost.set(owner, (lost.get(owner) ?? 0) + 1);
  });
  return lost;
}

/** Visits the pixels whose centres may be within `margin` of the shape moved by (dx, dy). */
function forEachPixel(
  { width, height }: Canvas,
  shape: Shape,
  margin: number,
  dx: number,
  dy: number,
  visit: (index: number, x: number, y: number) => void,
): void {
  const bottom = Math.min(height, Math.ceil(shape.bottom + dy + margin));
  for (let row = Math.max(0, Math.floor(shape.top + dy - margin)); row < bottom; row++) {
    const [left, right] = shape.span(row + 0.5 - dy, margin);
    const end = Math.min(width, Math.ceil(right + dx));
    for (let column = Math.max(0, Math.floor(left + dx)); column < end; column++) {
      visit(row * width + column, column + 0.5, row + 0.5);
    }
  }
}
