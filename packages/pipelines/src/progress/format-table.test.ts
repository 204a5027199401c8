import { describe, expect, it } from 'vitest';
import { formatDuration } from './format-duration.js';
import { formatTable } from './format-table.js';

describe('a table', () => {
  it('aligns words left and numbers right', () => {
    const rows = [
      ['stage', 'items', 'note'],
      ['ingest', '64', 'all'],
      ['größe', '7.5', ''],
    ];
    expect(formatTable(rows)).toBe('stage   items  note\ningest     64  all\ngröße     7.5');
  });

  it('has nothing to show without rows', () => {
    expect(formatTable([])).toBe('');
  });
});

describe('a duration', () => {
  it.each([
    [0, '0.00 s'],
    [421, '0.42 s'],
    [12_345, '12.3 s'],
    [59_960, '1 min 00 s'],
    [125_000, '2 min 05 s'],
    [3_720_000, '1 h 02 min'],
  ])('of %d ms reads %s', (milliseconds, text) => {
    expect(formatDuration(milliseconds)).toBe(text);
  });
});
