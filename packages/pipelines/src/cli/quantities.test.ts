import { describe, expect, it } from 'vitest';
import { formatBytes } from '../progress/format-bytes.js';
import { byteCount, timeSpan } from './quantities.js';

describe('a size', () => {
  it.each([
    ['0', 0],
    ['950', 950],
    ['20GB', 20e9],
    ['20 gb', 20e9],
    ['1.5GiB', 1.5 * 2 ** 30],
    ['500kB', 500e3],
    ['0.1B', 0],
  ])('%j is %d bytes', (text, bytes) => {
    expect(byteCount(text)).toBe(bytes);
  });

  it.each(['', 'GB', '-1', '20GB/s', '20G', '1e9', '1,5GB', 'all', '9007199254741TB', '20 constructor'])(
    '%j is refused',
    (text) => {
      expect(() => byteCount(text)).toThrow('It must be a size such as');
    },
  );
});

describe('a time', () => {
  it.each([
    ['90s', 90_000],
    ['45m', 2_700_000],
    ['12h', 43_200_000],
    ['30d', 2_592_000_000],
    ['2w', 1_209_600_000],
  ])('%j is %d ms', (text, milliseconds) => {
    expect(timeSpan(text)).toBe(milliseconds);
  });

  it.each(['', '30', '30 days', '-1d', 'd'])('%j is refused', (text) => {
    expect(() => timeSpan(text)).toThrow('It must be a time such as');
  });
});

describe('bytes', () => {
  it.each([
    [0, '0 B'],
    [999, '999 B'],
    [1000, '1 kB'],
    [1234, '1.2 kB'],
    [999_960, '1 MB'],
    [48_200_000, '48.2 MB'],
    [2e10, '20 GB'],
  ])('%d reads %s', (bytes, text) => {
    expect(formatBytes(bytes)).toBe(text);
  });
});
