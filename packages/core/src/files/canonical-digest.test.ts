import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { canonicalDigest, canonicalJson } from './canonical-digest.js';

/** The same value with the keys of every object in another order. */
function shuffled(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(shuffled);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .reverse()
      .map(([key, item]) => [key, shuffled(item)]),
  );
}

describe('the canonical digest', () => {
  it('is that of the JSON with sorted keys', () => {
    expect(canonicalJson({ b: [1, 'x', null, true], a: { d: 0.1, c: -0 } })).toBe(
      '{"a":{"c":0,"d":0.1},"b":[1,"x",null,true]}',
    );
    expect(canonicalDigest({})).toBe('44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a');
  });

  it('does not depend on the order of keys, and reads back as the same value', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        expect(canonicalDigest(shuffled(value))).toBe(canonicalDigest(value));
        const text = canonicalJson(value);
        expect(canonicalJson(JSON.parse(text))).toBe(text);
      }),
    );
  });

  it('differs for different values', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.jsonValue(), (a, b) => {
        expect(canonicalDigest(a) === canonicalDigest(b)).toBe(canonicalJson(a) === canonicalJson(b));
      }),
    );
    expect(canonicalDigest({ a: 1 })).not.toBe(canonicalDigest({ a: '1' }));
    expect(canonicalDigest([])).not.toBe(canonicalDigest({}));
  });

  it('leaves out what is undefined', () => {
    expect(canonicalDigest({ a: 1, b: undefined })).toBe(canonicalDigest({ a: 1 }));
  });

  const cyclic: { self?: unknown } = {};
  cyclic.self = cyclic;
  it.each([
    ['NaN', { a: [Number.NaN] }, '$.a[0] is NaN'],
    ['infinity', Infinity, '$ is Infinity'],
    ['a function', { f: () => 1 }, '$.f is function'],
    ['a big integer', { n: 1n }, '$.n is bigint'],
    ['undefined in a list', [undefined], '$[0] is undefined'],
    ['a typed array', new Float32Array(2), '$ is Float32Array'],
    ['a date', { d: new Date(0) }, '$.d is Date'],
    ['a map', { m: new Map() }, '$.m is Map'],
    ['itself', cyclic, '$.self is a reference to its own parent'],
  ])('refuses %s and says where', (_title, value, message) => {
    expect(() => canonicalDigest(value)).toThrow(
      expect.objectContaining({
        code: 'core/NOT_CANONICAL',
        message: expect.stringContaining(message) as string,
      }) as Error,
    );
  });
});
