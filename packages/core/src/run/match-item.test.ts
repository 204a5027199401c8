import { describe, expect, it } from 'vitest';
import { mismatches } from './match-item.js';

describe('mismatches', () => {
  it.each<[string, unknown, unknown, readonly string[]]>([
    ['equal text', 'a', 'a', []],
    ['keys that are not asked for', { key: 'a' }, { key: 'a', size: 3, load: () => 1 }, []],
    ['a number but for rounding', 0.3, 0.1 + 0.2, []],
    ['zero', 0, 0, []],
    ['another number', { frame: { size: 1024 } }, { frame: { size: 512 } }, ['frame.size is 512, not 1024']],
    ['another type', 1, '1', ['is "1", not 1']],
    ['a missing key', { a: { b: 1 } }, { a: {} }, ['a.b is missing']],
    ['a key of the prototype', { toString: 1 }, {}, ['toString is missing']],
    ['a shorter list', { list: [1, 2, 3] }, { list: [1, 5] }, ['list has 2 entries, not 3', 'list[1] is 5, not 2']],
    ['a longer list', [1], [1, 2], ['has 2 entries, not 1']],
    ['no list', [1], { 0: 1 }, ['is {"0":1}, not a list']],
    ['no mapping', { a: 1 }, null, ['is null, not a mapping']],
    ['null for nothing', null, undefined, ['is nothing, not null']],
    ['a function', { load: 1 }, { load: () => 1 }, ['load is a function, not 1']],
    ['typed values', { data: 'x' }, { data: new Uint8Array(2) }, ['data is a Uint8Array, not "x"']],
  ])('%s', (_, expected, found, problems) => {
    expect(mismatches(expected, found)).toEqual(problems);
  });
});
