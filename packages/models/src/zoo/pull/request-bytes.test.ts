import { expect, it } from 'vitest';
import { nextPlace, withoutAccount } from './request-bytes.js';

it('follows no redirect from https to http', () => {
  const place = new URL('https://models.example/a');
  expect(() => nextPlace(place, 'http://models.example/a', new Set())).toThrow('leads from https to http');
  expect(nextPlace(place, '//other.example/b', new Set()).href).toBe('https://other.example/b');
  expect(nextPlace(new URL('http://models.example/a'), 'https://models.example/a', new Set()).protocol).toBe('https:');
});

it.each([
  ['https://me:secret@models.example/a?token=x', 'https://models.example/a'],
  ['./weights.pth', './weights.pth'],
])('shows %s as %s', (url, shown) => {
  expect(withoutAccount(url)).toBe(shown);
});
