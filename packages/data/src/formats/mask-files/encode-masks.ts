import { VOID } from './class-map.js';
import { VOID_COLOUR, vocColour } from './colours.js';
import { encodePalettePng, encodeWidePng } from './encode-indexed-png.js';
import type { LabelCodes } from './label-codes.js';
import type { Painting } from './paint-instances.js';

/** Numbers that a palette has place for beside 255, void. */
const PALETTE_LIMIT = 255;

/** A mask image of classes: colours by palette, background 0, void 255. With more than 255 labels, their plain 16-bit indices. */
export function encodeClassMask({ width, height, classes }: Painting, codes: LabelCodes): Uint8Array {
  if (codes.names.length > PALETTE_LIMIT) return encodeWidePng({ width, height, data: classes });
  const order = codes.names.map((_, label) => label).filter((label) => label !== codes.background);
  const palette = voidPalette([0, ...order.map((label) => codes.colours[label]!)]);
  const numbers = new Map([[codes.background, 0], ...order.map((label, i) => [label, i + 1] as const)]);
  const data = classes.map((label) => numbers.get(label) ?? 255);
  return encodePalettePng({ width, height, data }, palette);
}

/** A mask image of instance numbers in Pascal VOC's palette, void 255. With more than 254 instances, plain 16-bit numbers. */
export function encodeObjectMask({ width, height, objects, objectCount }: Painting): Uint8Array {
  if (objectCount >= PALETTE_LIMIT) return encodeWidePng({ width, height, data: objects });
  const data = objects.map((number) => (number === VOID ? 255 : number));
  return encodePalettePng(
    { width, height, data },
    Array.from({ length: 256 }, (_, number) => vocColour(number)),
  );
}

function voidPalette(colours: readonly number[]): readonly number[] {
  return Array.from({ length: 256 }, (_, number) => (number === 255 ? VOID_COLOUR : (colours[number] ?? 0)));
}
