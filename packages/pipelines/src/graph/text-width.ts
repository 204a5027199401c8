/** Characters that take a whole square: ideographs, kana, Hangul, emoji. */
const wide = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{Extended_Pictographic}]/u;
const narrow = /[.,:;'|!ijl ]/;

/** About how wide a text is in a sans-serif font, rather too wide than too narrow: nobody has the font to ask. */
export function textWidth(text: string, size: number): number {
  const units = Array.from(text, (character) => {
    if (wide.test(character)) return 1.1;
    if (narrow.test(character)) return 0.34;
    return /[A-ZmwMW@]/.test(character) ? 0.76 : 0.6;
  });
  return units.reduce((sum: number, unit) => sum + unit, 0) * size;
}

/** The text, its end replaced by `…` where it is wider than `width`. */
export function fitted(text: string, size: number, width: number): string {
  if (textWidth(text, size) <= width) return text;
  const characters = Array.from(text);
  while (characters.length > 1 && textWidth(`${characters.join('')}…`, size) > width) characters.pop();
  return `${characters.join('')}…`;
}
