import type { Shader, Shape } from './canvas.js';
import type { Colour } from './colour.js';
import { diffuse, type Light } from './light.js';
import type { NoiseField } from './noise.js';

export interface Leaf {
  /** Where the blade meets its stalk. */
  readonly x: number;
  readonly y: number;
  /** Direction in which it grows, radians, 0 = right, clockwise. */
  readonly angle: number;
  /** Pixels. */
  readonly length: number;
  readonly width: number;
  /** How far the tip is bent aside, as a share of the length. */
  readonly bend: number;
  /** Teeth along each edge, and their depth as a share of the width. */
  readonly teeth: number;
  readonly toothDepth: number;
  readonly colour: Colour;
  /** Tilt of both halves against each other, radians. */
  readonly fold: number;
  /** Tilt of the whole blade towards the camera's right and bottom: x, y of its normal. */
  readonly tilt: readonly [number, number];
  /** Share of the blade that autumn or blight has taken, 0-1. */
  readonly blight: number;
}

/** What a shape and its shader both need to know of a pixel, filled in by `locate`. */
interface Blade {
  /** 0 at the base, 1 at the tip. */
  along: number;
  /** From the midrib, pixels. */
  across: number;
  /** Of the blade there, pixels. */
  halfWidth: number;
}

export function leafShape(leaf: Leaf): Shape {
  const locate = bladeMap(leaf);
  const [cos, sin] = [Math.cos(leaf.angle), Math.sin(leaf.angle)];
  const tipY = leaf.y + sin * leaf.length;
  // The tip is bent aside by `sag`; the blade lies in the rectangle along x across of [0, length] x [low, high].
  const sag = leaf.bend * leaf.length;
  const [low, high] = [Math.min(0, sag) - leaf.width / 2, Math.max(0, sag) + leaf.width / 2];
  const reach = Math.max(-low, high) + 1;
  return {
    top: Math.min(leaf.y, tipY) - reach,
    bottom: Math.max(leaf.y, tipY) + reach,
    span: (y, margin) => {
      const down = y - leaf.y;
      const spare = (margin / STEEPNESS) * (1 + 2 * Math.abs(leaf.bend));
      const [left, right] = slab(cos, down * sin, -spare, leaf.length + spare);
      const [left2, right2] = slab(-sin, down * cos, low - spare, high + spare);
      return [leaf.x + Math.max(left, left2), leaf.x + Math.min(right, right2)];
    },
    distance: (x, y) => {
      const { along, across, halfWidth } = locate(x, y);
      const beyond = Math.max(-along, along - 1) * leaf.length;
      if (beyond > 0) return Math.sqrt(beyond * beyond + across * across);
      return STEEPNESS * (Math.abs(across) - halfWidth);
    },
  };
}

/** A folded, arched blade with midrib, side veins, mottling and withered patches. */
export function leafShader(leaf: Leaf, light: Light, noise: NoiseField): Shader {
  const locate = bladeMap(leaf);
  const foldX = -Math.sin(leaf.angle) * Math.sin(leaf.fold);
  const foldY = Math.cos(leaf.angle) * Math.sin(leaf.fold);
  const grain = 9 / leaf.length;
  const [sunX, sunY, sunZ] = light.direction;
  return (x, y, colour) => {
    const { along, across, halfWidth } = locate(x, y);
    const outward = Math.min(1, Math.abs(across) / (halfWidth + 1));
    const turn = (across < 0 ? 1 : -1) * (1 - 1.6 * outward);
    const nx = leaf.tilt[0] + turn * foldX;
    const ny = leaf.tilt[1] + turn * foldY;
    const nz = Math.sqrt(Math.max(0.05, 1 - nx * nx - ny * ny));
    const midrib = bump(across / (0.03 * leaf.width + 0.7));
    const phase = along * 9 - (1.4 * Math.abs(across)) / leaf.width;
    const vein = bump((phase - Math.round(phase)) * 6) * (1 - outward);
    const rib = 0.55 * midrib + 0.25 * vein;
    const mottle = 1 + 0.22 * noise(x * grain + leaf.x, y * grain + leaf.y) + 0.1 * noise(x * 0.31, y * 0.31 + leaf.x);
    const lit = mottle * diffuse(light, nx, ny, nz);
    const sheen = 0.05 * light.sun * Math.max(0, nx * sunX + ny * sunY + nz * sunZ) ** 6;
    const patch =
      leaf.blight === 0 ? 0 : smooth((noise(x * 0.055 + leaf.y, y * 0.055) + outward - 1.6 + 1.4 * leaf.blight) * 3);
    for (let channel = 0; channel < 3; channel++) {
      const green = leaf.colour[channel]! * (1 + rib);
      colour[channel] = lit * (green + patch * (WITHERED[channel]! - green)) + sheen;
    }
  };
}

const WITHERED: Colour = [0.2, 0.1, 0.03];
const STEPS = 256;
/** The outline runs slantwise, so its distance is about this share of the distance straight across. */
const STEEPNESS = 0.85;

function bladeMap(leaf: Leaf): (x: number, y: number) => Readonly<Blade> {
  const { length, bend } = leaf;
  const cos = Math.cos(leaf.angle) / length;
  const sin = Math.sin(leaf.angle) / length;
  const widths = halfWidths(leaf);
  const blade: Blade = { along: 0, across: 0, halfWidth: 0 };
  return (x, y) => {
    const along = (x - leaf.x) * cos + (y - leaf.y) * sin;
    blade.along = along;
    blade.across = ((y - leaf.y) * cos - (x - leaf.x) * sin - bend * along * along) * length;
    blade.halfWidth = along <= 0 || along >= 1 ? 0 : widths[Math.floor(along * STEPS)]!;
    return blade;
  };
}

/** Egg-shaped with a drawn-out tip, toothed: half the width at `STEPS` places from base to tip. */
function halfWidths({ width, teeth, toothDepth }: Leaf): Float32Array {
  return Float32Array.from({ length: STEPS }, (_, i) => {
    const along = (i + 0.5) / STEPS;
    const egg = 1.72 * Math.sqrt(along) * (1 - along) ** 0.8;
    const tooth = along * teeth - Math.floor(along * teeth);
    return 0.5 * width * egg * (1 - toothDepth * tooth);
  });
}

/** Where `from <= slope * x + offset <= to`. */
function slab(slope: number, offset: number, from: number, to: number): readonly [number, number] {
  if (Math.abs(slope) < 1e-6) return offset >= from && offset <= to ? [-Infinity, Infinity] : [Infinity, -Infinity];
  const a = (from - offset) / slope;
  const b = (to - offset) / slope;
  return a < b ? [a, b] : [b, a];
}

/** 1 at 0, falling smoothly to 0 at ±1. */
function bump(t: number): number {
  return t * t >= 1 ? 0 : (1 - t * t) * (1 - t * t);
}

/** 0 up to 0, 1 from 1 on, smooth between. */
function smooth(t: number): number {
  const inside = Math.min(1, Math.max(0, t));
  return inside * inside * (3 - 2 * inside);
}
