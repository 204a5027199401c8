import type { Shader, Shape } from './canvas.js';
import type { Colour } from './colour.js';
import { diffuse, type Light } from './light.js';
import type { NoiseField } from './noise.js';

/** A round stick bent along a quadratic curve from `from` over `via` to `to`, tapering. */
export interface Twig {
  readonly from: readonly [number, number];
  readonly via: readonly [number, number];
  readonly to: readonly [number, number];
  /** Thickness at both ends, pixels. */
  readonly thickness: readonly [number, number];
  readonly colour: Colour;
}

export function twigShape(twig: Twig): Shape {
  const { xs, ys } = piecesOf(twig);
  const nearest = nearestOn(twig);
  const thickest = Math.max(...twig.thickness) / 2;
  return {
    top: Math.min(...ys) - thickest,
    bottom: Math.max(...ys) + thickest,
    span: (y, margin) => {
      const reach = thickest + margin;
      let [left, right] = [Infinity, -Infinity];
      for (let i = 0; i + 1 < xs.length; i++) {
        if (Math.min(ys[i]!, ys[i + 1]!) - reach > y || Math.max(ys[i]!, ys[i + 1]!) + reach < y) continue;
        left = Math.min(left, xs[i]! - reach, xs[i + 1]! - reach);
        right = Math.max(right, xs[i]! + reach, xs[i + 1]! + reach);
      }
      return [left, right];
    },
    distance: (x, y) => {
      const { offset, radius } = nearest(x, y);
      return Math.abs(offset) - radius;
    },
  };
}

export function twigShader(twig: Twig, light: Light, noise: NoiseField): Shader {
  const nearest = nearestOn(twig);
  return (x, y, colour) => {
    const { offset, radius, normalX, normalY } = nearest(x, y);
    const outward = Math.max(-1, Math.min(1, offset / radius));
    const nz = Math.sqrt(Math.max(0.1, 1 - outward * outward));
    const bark = 1 + 0.2 * noise(x * 0.35, y * 0.35);
    const lit = bark * diffuse(light, outward * normalX, outward * normalY, nz);
    for (let channel = 0; channel < 3; channel++) colour[channel] = twig.colour[channel]! * lit;
  };
}

/** The point at `t`, 0-1, of a twig's axis. */
export function pointOf({ from, via, to }: Pick<Twig, 'from' | 'via' | 'to'>, t: number): [number, number] {
  const at = (axis: 0 | 1): number => (1 - t) * (1 - t) * from[axis] + 2 * t * (1 - t) * via[axis] + t * t * to[axis];
  return [at(0), at(1)];
}

interface Nearest {
  /** Signed distance to the stick's axis. */
  offset: number;
  radius: number;
  normalX: number;
  normalY: number;
}

/** The curve as short straight pieces: their ends. */
function piecesOf({ from, via, to }: Twig): { readonly xs: Float64Array; readonly ys: Float64Array } {
  const pieces = Math.min(12, 2 + Math.floor(Math.hypot(to[0] - from[0], to[1] - from[1]) / 20));
  const along = (axis: 0 | 1): Float64Array =>
    Float64Array.from({ length: pieces + 1 }, (_, i) => pointOf({ from, via, to }, i / pieces)[axis]);
  return { xs: along(0), ys: along(1) };
}

/** Finds the point of the axis that is nearest to a pixel. The result is overwritten by the next call. */
function nearestOn(twig: Twig): (x: number, y: number) => Readonly<Nearest> {
  const { thickness } = twig;
  const { xs, ys } = piecesOf(twig);
  const pieces = xs.length - 1;
  const nearest: Nearest = { offset: 0, radius: 0, normalX: 0, normalY: 0 };
  return (x, y) => {
    let best = Infinity;
    let place = 0;
    for (let i = 0; i < pieces; i++) {
      const dx = xs[i + 1]! - xs[i]!;
      const dy = ys[i + 1]! - ys[i]!;
      const t = Math.min(1, Math.max(0, ((x - xs[i]!) * dx + (y - ys[i]!) * dy) / (dx * dx + dy * dy)));
      const awayX = x - xs[i]! - t * dx;
      const awayY = y - ys[i]! - t * dy;
      const squared = awayX * awayX + awayY * awayY;
      if (squared >= best) continue;
      best = squared;
      place = i + t;
    }
    const piece = Math.min(pieces - 1, Math.floor(place));
    const dx = xs[piece + 1]! - xs[piece]!;
    const dy = ys[piece + 1]! - ys[piece]!;
    const length = Math.sqrt(dx * dx + dy * dy);
    nearest.normalX = -dy / length;
    nearest.normalY = dx / length;
    const side = (x - xs[piece]!) * nearest.normalX + (y - ys[piece]!) * nearest.normalY < 0 ? -1 : 1;
    nearest.offset = side * Math.sqrt(best);
    nearest.radius = 0.5 * (thickness[0] + (place / pieces) * (thickness[1] - thickness[0]));
    return nearest;
  };
}
