import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { jsonErrorPosition } from './json-error-position.js';

describe('jsonErrorPosition', () => {
  // The caret stands where the text stops being JSON.
  it.each([
    ['{"a": NaN}', 6],
    ['[1,2', 4],
    ['', 0],
    ['{"a":1,}', 7],
    ['{"a" 1}', 5],
    ['{a:1}', 1],
    ['[1 2]', 3],
    ['[1,]', 3],
    ['{"a":1} x', 8],
    ['["b', 1],
    ['["a\nb"]', 1],
    ['["\\x"]', 1],
    ['{"a":}', 5],
    ['[1}', 2],
    ['[01]', 2],
    ['{"a":[{"b":[]},{"c":tru}]}', 20],
  ])('%j stops being JSON at %i', (text, position) => {
    expect(() => JSON.parse(text) as unknown).toThrow();
    expect(jsonErrorPosition(text)).toBe(position);
  });

  it('finds a foreign character put anywhere between the tokens of valid JSON', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.nat(), (value, at) => {
        const text = JSON.stringify(value, null, 1);
        const places = [...text.matchAll(/\n/g)].map(({ index }) => index);
        fc.pre(places.length > 0);
        const place = places[at % places.length]!;
        expect(jsonErrorPosition(`${text.slice(0, place)}#${text.slice(place)}`)).toBe(place);
      }),
    );
  });

  it('takes no more than a moment for a long text', () => {
    const text = `[${'"\\u0041b",'.repeat(200_000)}"${'x'.repeat(1_000_000)}", ?]`;
    expect(text[jsonErrorPosition(text)]).toBe('?');
  });
});
