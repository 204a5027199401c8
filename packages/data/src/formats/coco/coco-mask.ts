import type { MaskSource } from '../../contracts.js';
import { hasPixels } from '../../masks/has-pixels.js';
import { sumOfCounts } from '../../masks/rle-counts.js';
import { decodeRleString } from '../../masks/rle-string.js';
import type { SkipReason } from '../dataset-format.js';

export type CocoMask = { readonly mask: MaskSource } | { readonly reason: SkipReason; readonly detail?: string };

/** Vertices farther out than this overflow the COCO mask API's grid. */
const FARTHEST = 4e8;

/** The mask of an annotation's `segmentation`: polygon rings, run lengths or compressed run lengths; or why it can't be used. */
export function readCocoMask(segmentation: unknown, width: number, height: number): CocoMask {
  if (segmentation === undefined || segmentation === null) return { reason: 'box without mask' };
  if (Array.isArray(segmentation)) return readRings(segmentation as readonly unknown[], width, height);
  if (typeof segmentation === 'object') return readRle(segmentation as Record<string, unknown>, width, height);
  return { reason: 'invalid annotation record', detail: `segmentation is a ${typeof segmentation}` };
}

/** The mask of a `bbox`, `[x, y, width, height]`: all of it. */
export function readCocoBox(bbox: unknown, width: number, height: number): CocoMask {
  if (!Array.isArray(bbox)) return { reason: 'box without mask' };
  const [x = NaN, y = NaN, w = NaN, h = NaN] = (bbox as readonly unknown[]).map(numberOf);
  if (bbox.length !== 4 || !(w > 0 && h > 0) || [x, y, x + w, y + h].some(isFar)) {
    return { reason: 'invalid annotation record', detail: `its bbox is ${JSON.stringify(bbox)}` };
  }
  const mask: MaskSource = { kind: 'polygons', rings: [[x, y, x + w, y, x + w, y + h, x, y + h]] };
  return hasPixels(mask, width, height) ? { mask } : { reason: 'no pixel inside the image' };
}

function readRings(parts: readonly unknown[], width: number, height: number): CocoMask {
  if (parts.every((part) => Array.isArray(part) && part.length === 0)) return { reason: 'box without mask' };
  const rings: (readonly number[])[] = [];
  for (const part of parts) {
    if (!Array.isArray(part)) return { reason: 'invalid polygon', detail: 'a part is not a list of coordinates' };
    const ring = (part as readonly unknown[]).every(isNumber) ? (part as readonly number[]) : part.map(numberOf);
    const fault = ringFault(ring);
    if (fault !== undefined) return { reason: 'invalid polygon', detail: fault };
    rings.push(ring);
  }
  const mask: MaskSource = { kind: 'polygons', rings };
  return hasPixels(mask, width, height) ? { mask } : { reason: 'no pixel inside the image' };
}

function ringFault(ring: readonly number[]): string | undefined {
  if (ring.length % 2 === 1) return `a part has ${ring.length} coordinates, which is odd`;
  if (ring.length < 6) return `a part has ${ring.length / 2} points; at least 3 are needed`;
  const bad = ring.findIndex(isFar);
  return bad < 0 ? undefined : `coordinate ${bad} of a part is not a number within ±${FARTHEST}`;
}

const isNumber = (value: unknown): value is number => typeof value === 'number';

const isFar = (value: number): boolean => !(Math.abs(value) <= FARTHEST);

/** Some tools write coordinates as strings. */
function numberOf(value: unknown): number {
  if (typeof value === 'number') return value;
  return typeof value === 'string' && value.trim() !== '' ? Number(value) : NaN;
}

function readRle({ counts, size }: Record<string, unknown>, width: number, height: number): CocoMask {
  if (!Array.isArray(size) || size.length !== 2)
    return { reason: 'invalid RLE', detail: 'size is not [height, width]' };
  if (size[0] !== height || size[1] !== width) {
    const detail = `RLE ${String(size[1])}x${String(size[0])}, image ${width}x${height}`;
    return { reason: 'RLE size differs from the image', detail };
  }
  const runs = readRuns(counts);
  if (typeof runs === 'string') return { reason: 'invalid RLE', detail: runs };
  const total = sumOfCounts(runs);
  if (total !== width * height) {
    const detail = Number.isNaN(total)
      ? 'a run is not a whole number from 0'
      : `runs cover ${total} of ${width * height} pixels`;
    return { reason: 'invalid RLE', detail };
  }
  const mask: MaskSource = { kind: 'rle', width, height, counts: runs };
  return hasPixels(mask, width, height) ? { mask } : { reason: 'no pixel inside the image' };
}

function readRuns(counts: unknown): readonly number[] | string {
  if (Array.isArray(counts)) return counts as readonly number[];
  if (typeof counts !== 'string') return 'counts is neither a list nor a string';
  try {
    return decodeRleString(counts);
  } catch (error) {
    return (error as Error).message;
  }
}
