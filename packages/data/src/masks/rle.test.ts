import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { emptyMask, type BitMask } from './bit-mask.js';
import { countsOfMask, maskOfCounts } from './rle-counts.js';
import { decodeRleString, encodeRleString } from './rle-string.js';
import { rowRuns } from './row-runs.js';

const masks = fc
  .record({ width: fc.integer({ min: 1, max: 12 }), height: fc.integer({ min: 1, max: 12 }) })
  .chain(({ width, height }) =>
    fc
      .array(fc.nat({ max: 1 }), { minLength: width * height, maxLength: width * height })
      .map((bits): BitMask => ({ width, height, data: Uint8Array.from(bits) })),
  );

describe('run lengths', () => {
  it('bring back any mask, written as numbers or as a string', () => {
    fc.assert(
      fc.property(masks, (mask) => {
        const counts = countsOfMask(mask);
        expect(counts.reduce((sum, count) => sum + count, 0)).toBe(mask.data.length);
        expect(decodeRleString(encodeRleString(counts))).toEqual(counts);
        expect(maskOfCounts(counts, mask.width, mask.height)).toEqual(mask);
      }),
    );
  });

  it('bring back any numbers as a string', () => {
    fc.assert(
      fc.property(fc.array(fc.nat({ max: 2 ** 31 - 1 })), (counts) => {
        expect(decodeRleString(encodeRleString(counts))).toEqual(counts);
      }),
    );
  });

  it('start with zeros and go down the columns', () => {
    const mask = { width: 3, height: 2, data: Uint8Array.of(1, 0, 1, 1, 0, 0) };
    expect(countsOfMask(mask)).toEqual([0, 2, 2, 1, 1]);
  });

  // Written by pycocotools 2.0.11: frPyObjects({ counts, size }, height, width).
  it.each([
    { text: '61X13mN000`0', counts: [6, 1, 40, 4, 5, 4, 5, 4, 21] },
    { text: 'ol9', counts: [10143] },
    { text: '000`0', counts: [0, 0, 0, 16] },
    { text: '05Xo00iPOkS^22\\laM', counts: [0, 5, 1000, 5, 1, 80000, 3, 12] },
  ])('read and write $text as pycocotools does', ({ text, counts }) => {
    expect(decodeRleString(text)).toEqual(counts);
    expect(encodeRleString(counts)).toBe(text);
  });

  it.each([
    ['a character below the alphabet', '5/'],
    ['a character above the alphabet', '5~'],
    ['a digit that should be followed by another', '5P'],
    ['an endless number', 'o'.repeat(100)],
    ['a negative run', '0O'],
    ['text from elsewhere', 'ü'],
  ])('refuse %s', (_, text) => {
    expect(() => decodeRleString(text)).toThrow(expect.objectContaining({ code: 'data/RLE_STRING' }));
  });

  it.each([[[3, 2]], [[3, 4]], [[-1, 7]], [[1.5, 4.5]], [[NaN, 6]], [[]]])(
    'refuse %j for six pixels',
    (counts: number[]) => {
      expect(() => maskOfCounts(counts, 3, 2)).toThrow(expect.objectContaining({ code: 'data/RLE_LENGTH' }));
    },
  );

  it('allow runs of length zero', () => {
    expect([...maskOfCounts([0, 2, 0, 1, 3, 0], 3, 2).data]).toEqual([1, 1, 0, 1, 0, 0]);
  });
});

describe('rowRuns', () => {
  it('lists the set pixels in reading order', () => {
    fc.assert(
      fc.property(masks, (mask) => {
        const drawn = emptyMask(mask.width, mask.height);
        const runs = rowRuns(mask);
        for (let i = 0; i < runs.length; i += 2) drawn.data.fill(1, runs[i], runs[i + 1]);
        expect(drawn).toEqual(mask);
      }),
    );
  });
});
