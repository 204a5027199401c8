const space = /[ \t\r\n]*/y;
// A string's characters are those from the space up, but for the quote and the backslash.
const scalar =
  /"[ !#-[\]-\uffff]*(?:\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})[ !#-[\]-\uffff]*)*"|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null/y;

/** Where a text stops being JSON, as a character offset; `JSON.parse` doesn't always say. Only called for texts that it refused. */
export function jsonErrorPosition(text: string): number {
  /** The closing bracket of each open array and object. */
  const open: string[] = [];
  let expected: 'value' | 'value or end' | 'key' | 'key or end' | 'comma or end' = 'value';
  let position = skip(space, text, 0);
  for (;;) {
    const character = text[position];
    const inObject = open.at(-1) === '}';
    if (expected === 'comma or end' && open.length === 0) return position;
    if (character !== undefined && character === open.at(-1) && expected.endsWith('or end')) {
      open.pop();
      expected = 'comma or end';
      position++;
    } else if (expected === 'comma or end') {
      if (character !== ',') return position;
      expected = inObject ? 'key' : 'value';
      position++;
    } else if (expected === 'key' || expected === 'key or end') {
      if (character !== '"') return position;
      const end = skip(space, text, skip(scalar, text, position));
      if (end === position || text[end] !== ':') return end;
      expected = 'value';
      position = end + 1;
    } else if (character === '{' || character === '[') {
      open.push(character === '{' ? '}' : ']');
      expected = character === '{' ? 'key or end' : 'value or end';
      position++;
    } else {
      const end = skip(scalar, text, position);
      if (end === position) return position;
      expected = 'comma or end';
      position = end;
    }
    position = skip(space, text, position);
  }
}

/** Where the pattern's match at `position` ends; `position` if there is none. */
function skip(pattern: RegExp, text: string, position: number): number {
  pattern.lastIndex = position;
  return pattern.test(text) ? pattern.lastIndex : position;
}
