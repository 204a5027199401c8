import fc from 'fast-check';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { maskArea } from './bit-mask.js';
import { hasPixels } from './has-pixels.js';
import { rasterize } from './rasterize.js';
import { countsOfMask } from './rle-counts.js';
import { encodeRleString } from './rle-string.js';

const polygons = (...rings: number[][]) => ({ kind: 'polygons', rings }) as const;
const rectangle = (x0: number, y0: number, x1: number, y1: number): number[] => [x0, y0, x1, y0, x1, y1, x0, y1];

describe('rasterize, compared with the COCO mask API', () => {
  const { expected } = JSON.parse(readFileSync(new URL('./cocoapi-polygons.json', import.meta.url), 'utf8')) as {
    expected: [number, string][];
  };

  it('sets exactly its pixels for random polygons of every kind', () => {
    const actual = expected.map((_, seed) => {
      const { width, height, rings } = polygonCase(seed);
      const mask = rasterize(polygons(...rings), width, height);
      const text = encodeRleString(countsOfMask(mask));
      return [maskArea(mask), createHash('sha256').update(text).digest('hex').slice(0, 12)];
    });
    expect(actual).toEqual(expected);
  });

  const fixtures = new URL('../../../../../shared/fixtures/', import.meta.url);
  it.skipIf(!existsSync(fixtures))('gives the areas recorded for shapes read by Datumaro (needs ../shared)', () => {
    let compared = 0;
    for (const file of ['expected.json', 'expected_edge.json']) {
      for (const { size, shape } of recordedShapes(readFileSync(new URL(file, fixtures), 'utf8'))) {
        const mask = rasterize(polygons(shape.points), size[1], size[0]);
        expect.soft(maskArea(mask), JSON.stringify(shape)).toBe(shape.raster_area_cocoapi);
        compared++;
      }
    }
    expect(compared).toBeGreaterThan(30);
  });
});

describe('rasterize', () => {
  it('covers a rectangle with whole coordinates exactly', () => {
    const mask = rasterize(polygons(rectangle(1, 1, 5, 4)), 8, 6);
    expect([...mask.data]).toEqual([
      ...[0, 0, 0, 0, 0, 0, 0, 0],
      ...[0, 1, 1, 1, 1, 0, 0, 0],
      ...[0, 1, 1, 1, 1, 0, 0, 0],
      ...[0, 1, 1, 1, 1, 0, 0, 0],
      ...[0, 0, 0, 0, 0, 0, 0, 0],
      ...[0, 0, 0, 0, 0, 0, 0, 0],
    ]);
  });

  it('unites the parts of an object, where they overlap, too', () => {
    const mask = rasterize(polygons(rectangle(0, 0, 4, 4), rectangle(2, 2, 6, 6), rectangle(7, 0, 8, 8)), 8, 8);
    expect(maskArea(mask)).toBe(16 + 16 - 4 + 8);
  });

  it('cuts off what lies outside, however far', () => {
    expect(maskArea(rasterize(polygons(rectangle(-4e8, -4e8, 4e8, 4e8)), 30, 20))).toBe(600);
    expect(maskArea(rasterize(polygons(rectangle(-4e8, 5, 4e8, 6)), 30, 20))).toBe(30);
    expect(maskArea(rasterize(polygons(rectangle(40, 0, 50, 10)), 30, 20))).toBe(0);
  });

  it('draws run lengths column by column', () => {
    const mask = rasterize({ kind: 'rle', width: 3, height: 2, counts: [1, 3, 2] }, 3, 2);
    expect([...mask.data]).toEqual([0, 1, 0, 1, 1, 0]);
  });

  it('refuses run lengths of another size', () => {
    const rle = { kind: 'rle', width: 3, height: 2, counts: [6] } as const;
    expect(() => rasterize(rle, 2, 3)).toThrow(expect.objectContaining({ code: 'data/RLE_SIZE' }));
  });

  it('is empty exactly when hasPixels says so', () => {
    const coordinate = fc.oneof(fc.integer({ min: -3, max: 12 }), fc.double({ min: -3, max: 12, noNaN: true }));
    const ring = fc
      .array(fc.tuple(coordinate, coordinate), { minLength: 3, maxLength: 6 })
      .map((points) => points.flat());
    fc.assert(
      fc.property(fc.array(ring, { minLength: 1, maxLength: 3 }), (rings) => {
        const mask = rasterize(polygons(...rings), 9, 7);
        expect(hasPixels(polygons(...rings), 9, 7)).toBe(maskArea(mask) > 0);
      }),
    );
  });
});

/** Case `seed` of `cocoapi-polygons.json`: 1 to 3 rings; fine, whole, outside, tiny or half-pixel coordinates; some vertices doubled. */
function polygonCase(seed: number): { width: number; height: number; rings: number[][] } {
  let state = seed;
  const next = (): number => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
  for (let i = 0; i < 4; i++) next();
  const isBig = seed % 25 === 0;
  const width = 1 + Math.trunc(next() * (isBig ? 2000 : 120));
  const height = 1 + Math.trunc(next() * (isBig ? 1500 : 120));
  const place = (style: number, x: number, y: number): [number, number] => {
    if (style === 0) return [x * width, y * height];
    if (style === 1) return [Math.trunc(x * (width + 1)), Math.trunc(y * (height + 1))];
    if (style === 2) return [(x * 2 - 0.5) * width, (y * 2 - 0.5) * height];
    if (style === 3) return [width / 2 + x * 3 - 1.5, height / 2 + y * 3 - 1.5];
    return [Math.trunc(x * width * 2) / 2, (Math.trunc(y * 4) / 4) * height];
  };
  const rings = Array.from({ length: 1 + Math.trunc(next() * 3) }, () => {
    const style = Math.trunc(next() * 5);
    return Array.from({ length: 3 + Math.trunc(next() * 12) }, () => {
      const [x, y] = [next(), next()];
      const point = place(style, x, y);
      return next() < 0.15 ? [...point, ...point] : point;
    }).flat();
  });
  return { width, height, rings };
}

interface RecordedShape {
  points: number[];
  raster_area_cocoapi: number;
}

/** Every shape in a file of expected contents that has a rasterised area, with its image's [height, width]. */
function recordedShapes(json: string): { size: [number, number]; shape: RecordedShape }[] {
  type Item = { image?: { size_hw?: [number, number] }; annotations: Partial<RecordedShape>[] };
  const { fixtures } = JSON.parse(json) as { fixtures: { items?: Item[] }[] };
  return fixtures.flatMap(({ items = [] }) =>
    items.flatMap(({ image, annotations }) =>
      annotations
        .filter((shape) => typeof shape.raster_area_cocoapi === 'number' && image?.size_hw)
        .map((shape) => ({ size: image!.size_hw!, shape: shape as RecordedShape })),
    ),
  );
}
