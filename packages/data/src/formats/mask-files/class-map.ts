import type { LabelMap } from '../../masks/label-map.js';
import { colourName, VOID_COLOUR } from './colours.js';
import type { LabelTable } from './label-table.js';
import type { MaskPixels } from './read-mask-image.js';

/** Pixels of no class for sure, where the label table has no name for them. */
export const VOID = 0xffff;
/** Pixels whose number or colour the label table lacks. */
export const UNKNOWN = 0xfffe;

export interface ClassMap {
  /** Index of each pixel's label, or `VOID`, or `UNKNOWN`. */
  readonly map: LabelMap;
  /** The numbers or colours that the table lacks: how many, and the first of them. */
  readonly unknown: { readonly count: number; readonly detail: string } | undefined;
}

/** Translates a class mask's numbers or colours to labels. */
export function classMap({ kind, map: { width, height, data }, voidNumber }: MaskPixels, table: LabelTable): ClassMap {
  const labelOf = (value: number): number => {
    if (kind === 'colours') return table.byColour.get(value) ?? (value === VOID_COLOUR ? VOID : UNKNOWN);
    if (value < Math.min(table.names.length, UNKNOWN)) return value;
    return value === 255 || value === voidNumber ? (table.voidLabel ?? VOID) : UNKNOWN;
  };
  const labels = new Uint16Array(data.length);
  const unknown = new Map<number, number>();
  let last = -1;
  let label = UNKNOWN;
  for (let i = 0; i < data.length; i++) {
    const value = data[i]!;
    if (value !== last) label = labelOf((last = value));
    labels[i] = label;
    if (label === UNKNOWN) unknown.set(value, (unknown.get(value) ?? 0) + 1);
  }
  const [first] = unknown;
  const describe = ([value, pixels]: readonly [number, number]): string =>
    `${kind === 'colours' ? `colour ${colourName(value)}` : `number ${value}`} (${pixels} pixels)`;
  return {
    map: { width, height, data: labels },
    unknown: first && { count: unknown.size, detail: describe(first) },
  };
}
