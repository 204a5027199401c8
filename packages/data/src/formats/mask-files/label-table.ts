import { VOID_COLOUR, vocColour, type Colour } from './colours.js';

/** The classes that a mask image's numbers or colours stand for. A class's index is its number in index images. */
export interface LabelTable {
  readonly names: readonly string[];
  readonly byColour: ReadonlyMap<Colour, number>;
  readonly background: number | undefined;
  /** The class of pixels that belong to none for sure, where it has a name. */
  readonly voidLabel: number | undefined;
}

export interface Label {
  readonly name: string;
  /** Undefined: the label is in index images only. */
  readonly colour: Colour | undefined;
}

/** Labels without any colour get Pascal VOC's. The background is the label given, else the black one; of labels of one colour the last counts. */
export function labelTable(labels: readonly Label[], background?: number): LabelTable {
  const named = labels.some(({ colour }) => colour !== undefined)
    ? labels
    : labels.map(({ name }, i) => ({ name, colour: vocColour(i) }));
  const byColour = new Map<Colour, number>();
  for (const [index, { colour }] of named.entries()) if (colour !== undefined) byColour.set(colour, index);
  const black = named.findIndex(({ colour, name }) => colour === 0 || name === 'background');
  const voidLabel = byColour.get(VOID_COLOUR);
  return {
    names: named.map(({ name }) => name),
    byColour,
    background: background ?? (black < 0 ? undefined : black),
    voidLabel,
  };
}

export function backgroundName({ names, background }: LabelTable): string | undefined {
  return background === undefined ? undefined : names[background];
}
