import { VOID_COLOUR, vocColour, type Colour } from './colours.js';

/** How labels are written in mask images. */
export interface LabelCodes {
  /** The categories, before them the background where they lack it. */
  readonly names: readonly string[];
  /** Index of the background among `names`. */
  readonly background: number;
  /** Colour of each name. */
  readonly colours: readonly Colour[];
  /** The name of void areas, where the categories have one. */
  readonly voidName: string | undefined;
}

const VOID_NAME = 'ignored';

/** Colours for categories: black for the background, Pascal VOC's void for "ignored", its other colours in order for the others. */
export function labelCodes(categories: readonly string[], background?: string): LabelCodes {
  const backgroundName = background ?? 'background';
  const names = categories.includes(backgroundName) ? categories : [backgroundName, ...categories];
  let number = 0;
  const colours = names.map((name) => {
    if (name === backgroundName) return 0;
    if (name === VOID_NAME) return VOID_COLOUR;
    number += number === 254 ? 2 : 1;
    return vocColour(number);
  });
  return {
    names,
    background: names.indexOf(backgroundName),
    colours,
    voidName: names.includes(VOID_NAME) ? VOID_NAME : undefined,
  };
}

/** The same, with a name for void areas: readers other than ours refuse colours that no label has. */
export function withVoidName(codes: LabelCodes): LabelCodes {
  if (codes.voidName !== undefined) return codes;
  return {
    ...codes,
    names: [...codes.names, VOID_NAME],
    colours: [...codes.colours, VOID_COLOUR],
    voidName: VOID_NAME,
  };
}
