/** A colour as one number, 0xrrggbb. */
export type Colour = number;

export function colourOf(red: number, green: number, blue: number): Colour {
  return red * 65536 + green * 256 + blue;
}

/** Colour that Pascal VOC paints around objects: these pixels belong to no class for sure. */
export const VOID_COLOUR: Colour = vocColour(255);

/** Pascal VOC's colour for a number: its bits, by threes, fill red, green and blue from the high bit down. */
export function vocColour(index: number): Colour {
  const channels: [number, number, number] = [0, 0, 0];
  for (let bit = 0; bit < 24; bit++) {
    if ((index >> bit) & 1) channels[bit % 3]! |= 0x80 >> Math.floor(bit / 3);
  }
  return colourOf(...channels);
}

/** `#rrggbb`, for messages. */
export function colourName(colour: Colour): string {
  return `#${colour.toString(16).padStart(6, '0')}`;
}
