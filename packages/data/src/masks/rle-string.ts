import { dataErrors } from '../errors.js';

/**
 * Run lengths from COCO's compressed string: base-32 digits, lowest first, as characters from "0" (48); bit 5 of a digit says that another follows;
 * the last digit's bit 4 is the sign; from the fourth run on, the number is the difference to the run two before (maskApi.c, rleFrString).
 */
export function decodeRleString(text: string): number[] {
  const counts: number[] = [];
  for (let position = 0; position < text.length;) {
    let value = 0;
    let scale = 1;
    let digit: number;
    do {
      digit = text.charCodeAt(position) - 48;
      if (!(digit >= 0 && digit < 64)) throw dataErrors.RLE_STRING({ position, text });
      if (scale > 2 ** 40) throw dataErrors.RLE_STRING({ position, text });
      value += (digit & 31) * scale;
      scale *= 32;
      position++;
    } while (digit & 32);
    if (digit & 16) value -= scale;
    if (counts.length > 2) value += counts[counts.length - 2]!;
    if (value < 0) throw dataErrors.RLE_STRING({ position: position - 1, text });
    counts.push(value);
  }
  return counts;
}

/** The string of `decodeRleString`, as short as the format allows (maskApi.c, rleToString). */
export function encodeRleString(counts: readonly number[]): string {
  let text = '';
  for (let i = 0; i < counts.length; i++) {
    let value = i > 2 ? counts[i]! - counts[i - 2]! : counts[i]!;
    for (let more = true; more;) {
      let digit = ((value % 32) + 32) % 32;
      value = Math.floor(value / 32);
      more = digit & 16 ? value !== -1 : value !== 0;
      if (more) digit |= 32;
      text += String.fromCharCode(digit + 48);
    }
  }
  return text;
}
