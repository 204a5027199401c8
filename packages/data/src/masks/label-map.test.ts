import { describe, expect, it } from 'vitest';
import { connectedComponents } from './connected-components.js';
import { countsByLabel, type LabelMap } from './label-map.js';
import { countsOfMask } from './rle-counts.js';

/** A map of digits, one string a row. */
function mapOf(...rows: string[]): LabelMap {
  return { width: rows[0]?.length ?? 0, height: rows.length, data: Uint16Array.from(rows.join(''), Number) };
}

function rowsOf({ width, height, data }: LabelMap): string[] {
  return Array.from({ length: height }, (_, y) => data.slice(y * width, (y + 1) * width).join(''));
}

describe('run lengths by label', () => {
  it.each([
    ['one label', mapOf('11', '11')],
    ['several', mapOf('0012', '0112', '3312')],
    ['a single pixel', mapOf('7')],
    ['a column', mapOf('1', '0', '1')],
  ])('equal those of each mask alone: %s', (_, map) => {
    const counts = countsByLabel(map);
    expect([...counts.keys()]).toEqual([...new Set(map.data)].sort());
    for (const [label, runs] of counts) {
      const { width, height } = map;
      expect(runs).toEqual(
        countsOfMask({ width, height, data: Uint8Array.from(map.data, (v) => Number(v === label)) }),
      );
    }
  });

  it('of nothing are none', () => {
    expect(countsByLabel({ width: 0, height: 0, data: new Uint16Array() }).size).toBe(0);
  });
});

describe('connected components', () => {
  it.each([
    ['regions of one label apart', mapOf('1011', '1001', '0000'), ['0122', '0112', '1111']],
    ['corners connect', mapOf('101', '010', '101'), ['010', '101', '010']],
    ['a U is one region', mapOf('101', '101', '111'), ['010', '010', '000']],
    ['different labels side by side', mapOf('112', '122'), ['001', '011']],
    ['corner up to the right', mapOf('001', '010', '100'), ['001', '010', '100']],
  ])('%s', (_, map, expected) => {
    expect(rowsOf(connectedComponents(map).map)).toEqual(expected);
  });

  it('know their labels, in reading order', () => {
    expect(connectedComponents(mapOf('3302', '0002', '2000')).labels).toEqual([3, 0, 2, 2]);
  });

  it('of a spiral are two', () => {
    expect(connectedComponents(mapOf('11111', '00001', '11101', '10001', '11111')).labels).toEqual([1, 0]);
  });
});
