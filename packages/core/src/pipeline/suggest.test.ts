import { describe, expect, it } from 'vitest';
import { suggest, suggestion } from './suggest.js';

describe('a suggestion', () => {
  const names = ['in', 'uses', 'with', 'batch-size', 'learning-rate', 'epochs', 'metrics', 'matrices'];
  it.each([
    ['use', 'uses'],
    ['usse', 'uses'],
    ['ni', 'in'],
    ['metircs', 'metrics'],
    ['wiht', 'with'],
    ['witth', 'with'],
    ['epoch', 'epochs'],
    ['ehpocs', 'epochs'],
    ['batchSize', 'batch-size'],
    ['batch_size', 'batch-size'],
    ['BATCH-SIZE', 'batch-size'],
    ['learningrate', 'learning-rate'],
    ['metrcs', 'metrics'],
    ['foo', undefined],
    ['x', undefined],
    ['', undefined],
    ['x'.repeat(1000), undefined],
  ])('for %s is %s', (typo, meant) => {
    expect(suggest(typo, names)).toBe(meant);
  });

  it('falls back on what there is, at most twelve names of it', () => {
    expect(suggestion('foo', ['a', 'b'], 'ports')).toBe('ports: a, b');
    expect(suggestion('foo', [], 'ports')).toBe('there are no ports');
    expect(
      suggestion(
        'foo',
        Array.from({ length: 20 }, (_, i) => `name${String(i)}`),
        'ports',
      ),
    ).toMatch(/name11 and 8 more$/);
  });
});
